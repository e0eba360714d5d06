// The C side of the live kernel: system calls and mechanical loops. Nothing here knows what a result should be.
#pragma once
#include "keywake_commands.h"
#include "keywake_host.h"
#include "keywake_stress.h"
