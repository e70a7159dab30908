#!/bin/busybox sh
# The guest's first process. The initramfs holds, beside it: bin/busybox, modules/ in load order, guest.conf, command, start.sh.
# Both scripts speak to the host over the second serial port, a line at a time: "stage WORD", "fail WHY", what the command says, "exit CODE".
/bin/busybox mkdir -p /dev /proc /sys /host /tools /scratch /root
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox --install -s /bin
export PATH=/bin
stty -F /dev/ttyS1 raw -echo
say() { echo "$*" >/dev/ttyS1; }
fail() { say "fail $*"; sleep 1; poweroff -f; sleep 60; }

say "stage kernel"
. /guest.conf
# Ends the machine also when nobody is left who waits for it.
(sleep "$limit"; poweroff -f) </dev/null &
for module in /modules/*.ko; do
  insmod "$module" || fail "${module##*/} does not load"
done

nine="trans=virtio,version=9p2000.L,msize=524288"
mount -t 9p -o "$nine,cache=loose,ro" host /host || fail "the host's root does not mount over 9p"
mount -t 9p -o "$nine,cache=loose,ro" tools /tools || fail "the kernel's modules do not mount over 9p"
mount -t tmpfs -o size=70% scratch /scratch
mkdir /scratch/upper /scratch/work
# Everything can be written to, and nothing of it reaches the host.
mount -t overlay -o lowerdir=/tools:/host,upperdir=/scratch/upper,workdir=/scratch/work root /root || fail "no overlay over the host's root"
mkdir -p /root/dev /root/proc /root/sys /root/run
mount --move /dev /root/dev
mount --move /proc /root/proc
mount --move /sys /root/sys
mount -t tmpfs run /root/run
mkdir -p /root/run/vm/out /root/run/netns
mount -t 9p -o "$nine,cache=none" out /root/run/vm/out || fail "the case folder does not mount over 9p"
cp /start.sh /guest.conf /command /bin/busybox /root/run/vm/
exec switch_root /root /run/vm/busybox sh /run/vm/start.sh
