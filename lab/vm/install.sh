#!/bin/sh
# Fetches what `whydrop lab run NAME --vm` boots. Needs Debian's apt-get; root only where QEMU is not installed yet.
#   lab/vm/install.sh          into $WHYDROP_VM, else $XDG_CACHE_HOME/whydrop/vm, else ~/.cache/whydrop/vm
# The kernel is unpacked there, never installed: the boot configuration of this machine stays as it is.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
target=${WHYDROP_VM:-${XDG_CACHE_HOME:-$HOME/.cache}/whydrop/vm}

say() { echo "vm install: $*" >&2; }
fail() { say "$*"; exit 1; }

[ "$(uname -m)" = x86_64 ] || fail "this machine is $(uname -m): the virtual machine is built for x86_64 only"
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || fail "needs apt-get and dpkg-deb (Debian or a relative of it)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log
quietly() { "$@" >"$log" 2>&1 || fail "$1 $2 failed: $(grep -m1 '^E:' "$log" || tail -n 1 "$log")"; }

# The plain flavour: the cloud kernel has no 9p.
kernel_package() { apt-cache depends --important linux-image-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*-amd64\)$/\1/p' | head -n 1; }
if [ -z "$(kernel_package)" ]; then
  [ "$(id -u)" = 0 ] || fail "no package list: run apt-get update as root first"
  quietly apt-get update -q
fi
kernel=$(kernel_package)
[ -n "$kernel" ] || fail "the package sources of this machine have no linux-image-amd64"
release=${kernel#linux-image-}

if ! command -v qemu-system-x86_64 >/dev/null; then
  [ "$(id -u)" = 0 ] || fail "QEMU is not installed: as root, apt-get install --no-install-recommends qemu-system-x86"
  say "installing qemu-system-x86"
  apt-cache policy qemu-system-x86 | grep -q 'Candidate: [0-9]' || quietly apt-get update -q
  quietly apt-get install -y -q --no-install-recommends qemu-system-x86
fi

mkdir -p "$target"
# Two runs may find it missing at the same time.
exec 9>"$target/.lock"
command -v flock >/dev/null && flock 9
[ "$(cat "$target/release" 2>/dev/null || true)" = "$release" ] && { say "$release is already in $target"; exit 0; }

say "fetching $kernel, busybox-static, ipvsadm, wireguard-tools"
cd "$work"
fetch() {
  # shellcheck disable=SC2086 # a list of packages
  apt-get download -q $1 >"$log" 2>&1
}
packages="$kernel busybox-static ipvsadm libnl-3-200 libnl-genl-3-200 libpopt0 wireguard-tools"
# A package list that is older than the archive names files that are gone.
fetch "$packages" || { [ "$(id -u)" = 0 ] && quietly apt-get update -q; quietly fetch "$packages"; }

say "unpacking into $target"
root=$work/root
mkdir -p "$root"
# Of the kernel: no hardware drivers, which are nine tenths of it.
dpkg-deb --fsys-tarfile "$kernel"_*.deb | tar -x -C "$root" --wildcards \
  "./boot/vmlinuz-$release" "./lib/modules/$release/modules.*" "./lib/modules/$release/kernel/arch/*" "./lib/modules/$release/kernel/crypto/*" \
  "./lib/modules/$release/kernel/lib/*" "./lib/modules/$release/kernel/net/*" "./lib/modules/$release/kernel/fs/*" \
  "./lib/modules/$release/kernel/drivers/virtio/*" "./lib/modules/$release/kernel/drivers/net/*"
rm -rf "$root/lib/modules/$release/kernel/drivers/net/ethernet" "$root/lib/modules/$release/kernel/drivers/net/wireless" "$root/lib/modules/$release/kernel/drivers/net/usb"
for package in ./*.deb; do
  case $package in ./linux-image-*) ;; *) dpkg-deb -x "$package" "$root" ;; esac
done
# The tree is laid over a root whose /bin, /sbin and /lib are links into /usr.
for folder in bin sbin lib; do
  [ -d "$root/$folder" ] || continue
  mkdir -p "$root/usr/$folder"
  cp -a "$root/$folder/." "$root/usr/$folder/"
  rm -rf "${root:?}/$folder"
done
"$root/usr/bin/busybox" depmod -b "$root/usr" "$release" 2>"$log" || fail "depmod failed: $(tail -n 1 "$log")"
rm -rf "$root/etc" "$root/var" "$root/usr/share"

rm -rf "$target/root" "$target/vmlinuz" "$target/release"
mv "$root/boot/vmlinuz-$release" "$target/vmlinuz"
rm -rf "$root/boot"
mv "$root" "$target/root"
# Last: a half-made tree has no release.
echo "$release" >"$target/release"
say "ready: $release in $target"
