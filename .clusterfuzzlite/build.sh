#!/usr/bin/env bash
# The same targets in the same way as OSS-Fuzz.
exec "$SRC/keywake/Fuzz/oss-fuzz/build.sh"
