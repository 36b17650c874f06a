#!/bin/sh
# Build source/ and capture the dumps beside this script. Go 1.26, a C compiler, about four minutes.
# Usage: capture.sh WORKDIR   (an empty directory; its name stands in the dumps, so choose a neutral one)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1
src="$work/src/example.com/shop"
odd="$work/with space/café (1)"
bin="$work/bin"
mkdir -p "$work/src/example.com" "$bin" "$odd"
cp -R "$here/source" "$src"
cp -R "$here/source/." "$odd"
cd "$src"
export GOFLAGS=-buildvcs=false GOTRACEBACK=all
go build -o "$bin/shop" ./cmd/shop
go build -trimpath -o "$bin/shop-trimpath" ./cmd/shop
GOEXPERIMENT=goroutineleakprofile go build -o "$bin/shop-leak" ./cmd/shop
go build -o "$bin/crash" ./cmd/crash
go build -o "$bin/native" ./cmd/native
go build -race -o "$bin/racy" ./cmd/racy
(cd "$odd" && go build -o "$bin/shop-odd" ./cmd/shop)

"$bin/shop" -set all -out "$here/all.txt"
"$bin/shop-trimpath" -set all -out "$here/trimpath.txt"
"$bin/shop-odd" -out "$here/odd-path.txt"
GODEBUG=tracebackancestors=5 "$bin/shop" -out "$here/ancestors.txt"
GODEBUG=tracebacklabels=1 "$bin/shop" -out "$here/labels.txt"
GODEBUG=tracebacklabels=1 "$bin/shop-leak" -profile goroutineleak -out "$here/leaked.txt"
"$bin/shop-leak" -times 3 -wait 130s -profile goroutineleak -out "$here/leaked-minutes.txt" &
"$bin/shop" -times 3 -wait 130s -out "$here/minutes.txt" &
"$bin/native" "$here/native.txt" 2> /dev/null || true
GOTRACEBACK=system "$bin/native" /dev/null 2> "$here/native-system.txt" || true
"$bin/shop" -end panic 2> "$here/panic.txt" || true
GOTRACEBACK=single "$bin/shop" -end panic 2> "$here/panic-single.txt" || true
GOTRACEBACK=system "$bin/shop" -end nil 2> "$here/panic-system.txt" || true
"$bin/shop" -set none -end throw 2> "$here/throw.txt" || true
"$bin/shop" -set none -end log 2> "$here/log.txt"
"$bin/crash" overflow 2> "$here/overflow.txt" || true
"$bin/crash" deadlock 2> "$here/deadlock.txt" || true
"$bin/racy" > /dev/null 2> "$here/race.txt" || true
"$bin/shop" -end hang 2> "$here/sigquit.txt" & pid=$!
sleep 2
kill -QUIT $pid
wait $pid || true
"$bin/shop" -set none -end hang 2> "$here/sigquit-idle.txt" & pid=$!
sleep 2
kill -QUIT $pid
wait $pid || true
go test -c -o "$bin/bubble.test" ./internal/bubble
DUMP="$here/synctest.txt" "$bin/bubble.test" -test.run TestDump > /dev/null 2>&1 || true
"$bin/bubble.test" -test.run TestDeadlock > "$here/synctest-deadlock.txt" 2>&1 || true
"$bin/bubble.test" -test.run TestTimeout -test.timeout 1s > "$here/test-timeout.txt" 2>&1 || true
wait
