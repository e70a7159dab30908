# The guest's first process, once it stands on an overlay of the host's root: makes the kernel ready and runs one command.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/vm TMPDIR=/run/vm/tmp LC_ALL=C
box=/run/vm/busybox
say() { echo "$*" >/dev/ttyS1; }
finish() {
  say "exit $1"
  $box sync
  $box sleep 0.2
  $box poweroff -f
  $box sleep 60
}

say "stage root"
$box mkdir -p "$TMPDIR" /dev/pts /dev/shm
$box mount -t devpts devpts /dev/pts
$box mount -t tmpfs shm /dev/shm
$box ln -s /proc/self/fd /dev/fd
for number in 0:stdin 1:stdout 2:stderr; do
  $box ln -s "/proc/self/fd/${number%:*}" "/dev/${number#*:}"
done
$box mount -t cgroup2 cgroup2 /sys/fs/cgroup
for controller in cpu memory; do
  echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
done
$box mount -t bpf bpf /sys/fs/bpf
$box mount -t tracefs tracefs /sys/kernel/tracing
$box ip link set lo up
$box hostname whydrop-vm
. /run/vm/guest.conf

# The kernel asks for modules by itself too (protocols, qdiscs, link types), through a program named modprobe.
$box ln -s $box /run/vm/modprobe
echo /run/vm/modprobe >/proc/sys/kernel/modprobe
for module in $modules; do
  /run/vm/modprobe "$module" || say "kernel module $module does not load"
done
say "stage ready"

cd /run/vm || finish 1
# Arguments are one to a line: they may hold spaces.
set --
while IFS= read -r argument; do
  set -- "$@" "$argument"
done </run/vm/command
export DOTNET_NOLOGO=1 DOTNET_EnableDiagnostics=0 DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 WHYDROP_LAB_SLOWNESS=6
"$@" </dev/null >/dev/ttyS0 2>/dev/ttyS1
code=$?
if [ -d /run/vm/case ]; then
  say "stage copying"
  $box cp -a /run/vm/case* /run/vm/out/ || code=1
fi
finish $code
