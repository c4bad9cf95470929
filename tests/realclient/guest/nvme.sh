# Discover, connect, identify, write and verify, disconnect; then once more with header and data digests.
target="-t tcp -a $card"
controller() { # name of the controller that is connected
	for c in /sys/class/nvme/nvme*; do [ -e "$c" ] && basename "$c" && return; done
}
disk() { # the paths of a multipath device have no file in /dev
	for d in /sys/block/nvme*n1; do [ -b "/dev/$(basename "$d")" ] && basename "$d" && return; done
}
discover() {
	in_tools /usr/sbin/nvme discover $target -s 8009 >/tmp/log || { cat /tmp/log; return 1; }
	cat /tmp/log
	nqn=$(sed -n 's/^subnqn: *//p' /tmp/log | grep -v discovery | head -1)
	[ -n "$nqn" ]
}
connect_disk() { # connect_disk OPTIONS...
	# One queue is enough for one processor; the long timers are those of a slow target.
	in_tools /usr/sbin/nvme connect $target -s 4420 -n "$nqn" -i 1 -k 600 -c 600 -l -1 "$@" || return 1
	tries=0
	while [ -z "$(disk)" ] && [ $tries -lt 240 ]; do
		sleep 0.5
		tries=$((tries + 1))
	done
	[ -n "$(disk)" ]
}
identify() {
	in_tools /usr/sbin/nvme id-ctrl "/dev/$(controller)" | grep -E '^(sn|mn|fr|cntlid|ver|ioccsz|subnqn)' &&
		in_tools /usr/sbin/nvme id-ns "/dev/$(disk)" | grep -E '^(nsze|nguid|eui64|lbaf)'
}
verify() {
	in_tools /usr/bin/fio --name=v --filename="/dev/$(disk)" --rw=randrw --bs=4k --iodepth=8 --ioengine=libaio --direct=1 \
		--size=512k --io_size="$((${loops:-1} * 1024))k" --verify=crc32c --verify_fatal=1 --do_verify=1 \
		--randrepeat=1 --verify_state_save=0 --output=/tmp/fio.out --eta=never
	code=$?
	grep -E 'IOPS|err=|lat .*avg' /tools/tmp/fio.out
	return $code
}
leave() { in_tools /usr/sbin/nvme disconnect -n "$nqn"; }

step discover discover
step connect connect_disk
step identify identify
step verify verify
step disconnect leave
step connect-digests connect_disk -g -G
step verify-digests verify
step disconnect-digests leave
