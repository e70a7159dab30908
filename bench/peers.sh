#!/usr/bin/env bash
# Measures Whydrop against public tools on generated captures, all in one run: CPU seconds, peak memory, and the ratio ours / peer.
#   bench/peers.sh                      captures snap full stress vxlan sll2 pcapng pair, 3 rounds
#   bench/peers.sh --rounds 5 snap      chosen captures
#   bench/peers.sh --big                adds snap10 (10 times the packets; about 2 GB of disk)
#   bench/peers.sh --dir DIR            keeps the captures in DIR (default: a temporary folder, removed)
# Of the pair, two captures of the same traffic, ours is whydrop journeys over both, and a peer reads one after the other.
# Peers are measured round about (ours, peer, ours, peer …) and each figure is the median of its rounds. Page cache is warm.
set -eu
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(dirname "$here")
rounds=3 dir='' big=0 captures=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    --rounds) rounds=$2; shift ;;
    --dir) dir=$2; shift ;;
    --big) big=1 ;;
    -*) echo "peers.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    *) captures+=("$1") ;;
  esac
  shift
done
[ ${#captures[@]} -gt 0 ] || captures=(snap full stress vxlan sll2 pcapng pair)
[ $big = 0 ] || captures+=(snap10)

packages=(time:/usr/bin/time tshark:tshark tcptrace:tcptrace tcpdump:tcpdump argus-server:argus gcc:gcc)
missing=()
for entry in "${packages[@]}"; do command -v "${entry#*:}" >/dev/null 2>&1 || [ -x "/usr/sbin/${entry#*:}" ] || missing+=("${entry%%:*}"); done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || { echo "peers.sh: install ${missing[*]} first" >&2; exit 1; }
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 ||
    { echo "peers.sh: apt-get could not install ${missing[*]}" >&2; exit 1; }
fi
export PATH="$PATH:/usr/sbin:/sbin"
keep=1
[ -n "$dir" ] || { dir=$(mktemp -d) keep=0; }
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"; [ $keep = 1 ] || rm -rf "$dir"' EXIT

"$root/whydrop" --version >/dev/null
dotnet build "$here/Whydrop.Bench.Generate" -c Release -v q --nologo >"$work/build" 2>&1 || { cat "$work/build" >&2; exit 1; }
gcc -O2 -o "$work/headerwalk" "$here/headerwalk.c"
ours=$root/artifacts/whydrop/whydrop

# one COMMAND: "CPU-seconds peak-KiB" of one run.
one() { /usr/bin/time -o "$work/t" -f '%U %S %M' "$@" >/dev/null 2>&1 </dev/null || true; awk 'END { printf "%.3f %d\n", $1 + $2, $3 }' "$work/t"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) }'; }

generate() {
  local kind=${1%10} times=1
  [ "$kind" = "$1" ] || times=10
  dotnet "$here/Whydrop.Bench.Generate/bin/Release/net10.0/Whydrop.Bench.Generate.dll" "$kind" "$2" --scale "$times"
}

run_peer() {
  case $1 in
    'C header walk') one "$work/headerwalk" "$2" ;;
    'tcpdump -r -w /dev/null') one tcpdump -r "$2" -w /dev/null ;;
    'capinfos -c') one capinfos -c "$2" ;;
    'argus -r') one argus -r "$2" -w - ;;
    'tcptrace -n -l -r') one tcptrace -n -l -r "$2" ;;
    'tshark -q -z expert') one tshark -n -q -z expert -r "$2" ;;
  esac
}

# Over all files of a capture: CPU seconds together, the highest peak.
peer_over_all() { for f in "${files[@]}"; do run_peer "$1" "$f"; done | awk '{ s += $1; if ($2 > m) m = $2 } END { printf "%.3f %d\n", s, m }'; }
run_ours() { if [ ${#files[@]} -gt 1 ]; then one "$ours" journeys "${files[@]}" -o json; else one "$ours" flows "${files[0]}" --top 10 -o json; fi; }

echo "cores $(nproc), $(uname -sr), dotnet $(dotnet --version), $rounds rounds, medians"
for ((i = 0; i < rounds; i++)); do one "$ours" --version; done >"$work/v"
printf 'whydrop --version: %s CPU s\n' "$(cut -d' ' -f1 "$work/v" | median)"
for name in "${captures[@]}"; do
  file=$dir/$name.pcap
  [ -s "$file" ] || generate "$name" "$file" >&2
  files=("$file")
  [ ! -s "$file.far" ] || files+=("$file.far")
  printf '\n%s: %s bytes, %s packets\n' "$name" "$(stat -c %s "${files[@]}" | awk '{ n += $1 } END { print n }')" \
    "$(capinfos -c -M -T -r "${files[@]}" | awk '{ n += $NF } END { print n }')"
  printf '%-26s %10s %10s %10s %12s\n' command 'CPU s' 'ours s' 'ours/peer' 'peak MiB'
  peers=('C header walk' 'tcpdump -r -w /dev/null' 'capinfos -c' 'argus -r' 'tcptrace -n -l -r' 'tshark -q -z expert')
  cat "${files[@]}" >/dev/null
  run_ours >/dev/null
  for peer in "${peers[@]}"; do
    case $peer in
      'C header walk') case $name in snap* | full | stress | pair) ;; *) continue ;; esac ;;
      # Neither reads cooked captures of version 2; tcptrace does not look into tunnels.
      'argus -r') [ "$name" != sll2 ] || continue ;;
      # Both need far more memory than is reasonable on ten million packets.
      'tshark -q -z expert' | 'tcptrace -n -l -r') [ "$name" != snap10 ] || continue ;;&
      'tcptrace -n -l -r') case $name in sll2 | vxlan) continue ;; esac ;;
    esac
    : >"$work/a" && : >"$work/b"
    for ((i = 0; i < rounds; i++)); do
      run_ours >>"$work/a"
      peer_over_all "$peer" >>"$work/b"
    done
    a=$(cut -d' ' -f1 "$work/a" | median) b=$(cut -d' ' -f1 "$work/b" | median)
    printf '%-26s %10s %10s %10s %12s\n' "$peer" "$b" "$a" "$(awk -v a="$a" -v b="$b" 'BEGIN { if (b > 0) printf "%.3f", a / b; else print "-" }')" \
      "$(cut -d' ' -f2 "$work/b" | median | awk '{ printf "%.0f", $1 / 1024 }')"
  done
  printf '%-26s %10s %10s %10s %12s\n' "whydrop $([ ${#files[@]} -gt 1 ] && echo journeys || echo flows)" "$a" '' '' "$(cut -d' ' -f2 "$work/a" | median | awk '{ printf "%.0f", $1 / 1024 }')"
done
