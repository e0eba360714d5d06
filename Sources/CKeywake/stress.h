// The agent's program as a stress run.
#pragma once

/// Runs until it is told to stop, or something is wrong. `file`: the memory shared with the host.
int kw_stress_main(int file);
