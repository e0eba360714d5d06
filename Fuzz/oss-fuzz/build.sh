#!/usr/bin/env bash
# Builds the targets that need no live kernel for OSS-Fuzz and ClusterFuzz(Lite), into $OUT. In the base-builder image
# `precompile_swift` sets $SWIFTFLAGS; elsewhere ($OUT alone is needed) the flags are made here from $SANITIZER.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# The image runs a copy; the sources are its working folder then.
if [[ -f ../../Package.swift ]]; then cd ../..; else cd "${SRC:?}/keywake"; fi
: "${OUT:?is where the targets go}"

read -ra targets <<<"${KEYWAKE_TARGETS:-ScenarioForms MachineRaces}"

if command -v precompile_swift >/dev/null; then
  . precompile_swift
else
  SWIFTFLAGS="--static-swift-stdlib -Xswiftc -static-stdlib"
fi
# With two --sanitize options the order in which they reach the compiler is random, and half of the builds are not
# instrumented; and without --sanitize=fuzzer SwiftPM does not link the engine's main.
SWIFTFLAGS="$(sed -E 's/--sanitize=[a-z]+//g' <<<"$SWIFTFLAGS") --sanitize=fuzzer"
case "${SANITIZER:-none}" in
address | thread) SWIFTFLAGS+=" -Xswiftc -sanitize=fuzzer,$SANITIZER" ;;
none | coverage) ;;
*)
  echo "build.sh: unknown SANITIZER '$SANITIZER'" >&2
  exit 1
  ;;
esac

scratch="${KEYWAKE_SCRATCH:-.build-oss-fuzz}"
# shellcheck disable=SC2206 # The flags are words.
flags=(-c release $SWIFTFLAGS --traits Fuzzing --scratch-path "$scratch")

mkdir -p "$OUT"
for target in "${targets[@]}"; do
  swift build "${flags[@]}" --product "$target"
  cp "$(swift build "${flags[@]}" --show-bin-path)/$target" "$OUT/"
  for ending in dict options; do
    if [[ -f "Fuzz/$target/$target.$ending" ]]; then cp "Fuzz/$target/$target.$ending" "$OUT/"; fi
  done
done
# MachineRaces looks for its races beside itself.
rm -rf "$OUT/litmus"
cp -r Corpus/litmus "$OUT/litmus"

# ScenarioForms reads text behind an even first byte.
seeds="$(mktemp -d)"
trap 'rm -rf "$seeds"' EXIT
while IFS= read -r file; do
  name="${file#Corpus/}"
  { printf 't' && cat "$file"; } >"$seeds/${name//\//-}"
done < <(find Corpus -name '*.kw' | LC_ALL=C sort)
# 't' is 0x74.
rm -f "$OUT/ScenarioForms_seed_corpus.zip"
(cd "$seeds" && zip -q -r "$OUT/ScenarioForms_seed_corpus.zip" .)
