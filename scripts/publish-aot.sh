#!/usr/bin/env bash
# Publishes the NativeAOT binary. usage: publish-aot.sh OUTPUT [net10.0|net9.0 [-p:NAME=VALUE ...]]
# Ships net10.0 where its NativeAOT compiler can be restored, else net9.0, and says which.
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:-artifacts/fastgate}
rid=${RID:-linux-x64}
project=src/FastGate/FastGate.csproj
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

for tool in clang; do
  command -v $tool >/dev/null || { echo "publish-aot: NativeAOT links with clang and zlib1g-dev; install them (make test-tools does) and try again" >&2; exit 1; }
done

publish() {
  dotnet publish "$project" -c Release -r "$rid" --nologo -v quiet \
    -p:FastGateTargetFramework="$1" -p:PublishAot=true -p:DebugType=none -p:IlcGenerateMapFile=true "${properties[@]}" -o "$stage"
}

frameworks=${2:-}
properties=("${@:3}")
if [ -z "$frameworks" ]; then
  if dotnet restore "$project" -r "$rid" -p:FastGateTargetFramework=net10.0 -p:PublishAot=true --nologo -v quiet >/dev/null 2>&1; then
    frameworks=net10.0
  else
    frameworks=net9.0
    echo "publish-aot: the NativeAOT compiler for net10.0 cannot be restored here; publishing for net9.0"
  fi
fi

publish "$frameworks"

# Methods are placed by their names: those that were renamed since lie anywhere.
order=src/FastGate/hot-path.order
map=src/FastGate/obj/Release/$frameworks/$rid/native/fastgate.map.xml
if [ -e "$map" ]; then
  wanted=$(grep -cv '^#' "$order")
  placed=$(grep -v '^#' "$order" | LC_ALL=C sort -u | LC_ALL=C comm -12 - <(sed -nE 's/.* Name="([^"]*)".*/\1/p' "$map" | sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' | LC_ALL=C sort -u) | wc -l)
  [ $((placed * 100)) -ge $((wanted * 90)) ] ||
    echo "publish-aot: only $placed of the $wanted methods that $order names are in the binary, so the hot path lies scattered and costs a few percent more; run make hot-path"
fi
mkdir -p "$(dirname "$output")"
install -m 755 "$stage/fastgate" "$output"
find "$stage" -maxdepth 1 -name '*.so' -exec install -m 755 {} "$(dirname "$output")/" \;
# Restoring for one framework replaces what the build restored for another.
dotnet restore FastGate.sln --nologo -v quiet >/dev/null
echo "publish-aot: $output ($frameworks, $rid, $(stat -c %s "$output") bytes)"
