#include "CKeywake.h"
