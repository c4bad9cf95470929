# TCP to the echo service: what comes back is what was sent.
echo_tcp() { # echo_tcp KIB
	: >/tmp/back
	dd if=/dev/urandom of=/tmp/sent bs=1k count="$1" 2>/dev/null
	(cat /tmp/sent; sleep 2) | nc "$card" 7 >/tmp/back &
	tries=0
	while [ "$(wc -c </tmp/back)" -lt $(($1 * 1024)) ] && [ $tries -lt 120 ]; do
		sleep 0.5
		tries=$((tries + 1))
	done
	wait
	cmp /tmp/sent /tmp/back
}
step echo-1k echo_tcp 1
step echo-100k echo_tcp 100
step ping-large ping -c 2 -s 1400 -W 20 "$card"
