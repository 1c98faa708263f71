#!/bin/busybox sh
# Process 1 of the guest: loads WireGuard, runs the program that the kernel's command line names as MAIN, whose standard
# output goes to the second serial port, and ends the machine. Messages go to the first one.
export PATH=/usr/bin:/bin
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mkdir /run
/bin/busybox mount -t tmpfs run /run
/bin/busybox ln -s /run /var/run
while read -r module; do
  /bin/busybox insmod "/modules/$module" || echo "insmod $module failed"
done < /modules/order
ip link set lo up
cd /test && node "$MAIN" > /dev/ttyS1
echo "$MAIN ended with $?"
/bin/busybox reboot -f
