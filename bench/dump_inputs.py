"""Large dumps to measure with, of a Go program that is built and run for it: a plain one, SIGQUIT, many arguments."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

GOROUTINES = 105_000
MANY = 60_000
_WAIT = 60  # seconds until all goroutines are started

# Leaks in two dozen ways, one to eight calls deep; or calls with long argument lists that differ in each goroutine.
PROGRAM = """package main

import (
	"bufio"
	"net"
	"os"
	"runtime/pprof"
	"strconv"
	"sync"
	"time"
)

type Client struct {
	id   int
	subs map[string][]byte
	wake chan int
	mu   sync.RWMutex
	cond *sync.Cond
	wg   sync.WaitGroup
}

func (c *Client) Send(n int)    { c.wake <- n }
func (c *Client) Receive(n int) { <-c.wake }
func (c *Client) Lock(n int)    { c.mu.Lock() }
func (c *Client) RLock(n int)   { c.mu.RLock() }
func (c *Client) Wait(n int)    { c.wg.Wait() }
func (c *Client) Signal(n int)  { c.cond.L.Lock(); c.cond.Wait() }
func (c *Client) Sleep(n int)   { time.Sleep(time.Hour) }
func (c *Client) Select(n int) {
	select {
	case <-c.wake:
	case c.wake <- n:
	}
}

//go:noinline
func (c *Client) deeper(n int, wait func(int)) {
	if n > 0 {
		c.deeper(n-1, wait)
		return
	}
	wait(n)
}

func (c *Client) leak(i int) {
	waits := []func(int){c.Send, c.Receive, c.Lock, c.RLock, c.Wait, c.Signal, c.Sleep, c.Select}
	wait := waits[i%len(waits)]
	switch i / len(waits) % 3 {
	case 0:
		go wait(i)
	case 1:
		go func() { c.deeper(i%2, wait) }()
	case 2:
		go c.deeper(i%7, wait)
	}
}

//go:noinline
func (c *Client) ReadLoop(subject, reply string, header, payload []byte, deadline time.Duration, n int) int {
	return c.Parse(subject, reply, header, payload, c.subs, n) + n
}

//go:noinline
func (c *Client) Parse(subject, reply string, header, payload []byte, subs map[string][]byte, n int) int {
	return c.Process(subject, reply, header, payload, n+1, subs) + len(header)
}

//go:noinline
func (c *Client) Process(subject, reply string, header, payload []byte, n int, subs map[string][]byte) int {
	return c.Deliver(subject, reply, header, payload, subs, n) + len(subject)
}

//go:noinline
func (c *Client) Deliver(subject, reply string, header, payload []byte, subs map[string][]byte, n int) int {
	return c.Flush(subject, payload, header, reply, n, subs) + len(reply)
}

//go:noinline
func (c *Client) Flush(subject string, payload, header []byte, reply string, n int, subs map[string][]byte) int {
	<-c.wake
	return len(payload) + n + len(subs)
}

func main() {
	kind := os.Args[1]
	n, _ := strconv.Atoi(os.Args[2])
	for i := 0; i < n; i++ {
		c := &Client{id: i, subs: map[string][]byte{}, wake: make(chan int), cond: sync.NewCond(&sync.Mutex{})}
		if kind == "arguments" {
			subject, reply := "orders."+strconv.Itoa(i), "_INBOX."+strconv.Itoa(i)
			go c.ReadLoop(subject, reply, []byte(subject), []byte(reply), time.Duration(i)*time.Second, i)
			continue
		}
		c.wg.Add(1)
		c.mu.Lock()
		c.leak(i)
	}
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		go l.Accept()
	}
	time.Sleep(time.Second)
	if kind != "sigquit" {
		out := bufio.NewWriter(os.Stdout)
		pprof.Lookup("goroutine").WriteTo(out, 2)
		out.Flush()
		return
	}
	os.Stdout.WriteString("ready\\n")
	time.Sleep(time.Hour)
}
"""


def make(folder: Path) -> dict[str, Path]:
    """The dumps by what they are; none where Go is not there."""
    (folder / "main.go").write_text(PROGRAM, encoding="utf-8")
    (folder / "go.mod").write_text("module example.com/platform/services/broker\n\ngo 1.21\n", encoding="utf-8")
    program = folder / "broker"
    try:
        subprocess.run(["go", "build", "-o", program, "."], cwd=folder, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"no dumps can be made: {error}")
        return {}
    dumps = {name: folder / f"{name}.txt" for name in ("plain", "SIGQUIT", "arguments")}
    for name, count in (("plain", GOROUTINES), ("arguments", MANY)):
        with dumps[name].open("wb") as out:
            subprocess.run([program, name, str(count)], stdout=out, check=True, timeout=_WAIT)
    _sigquit(program, dumps["SIGQUIT"])
    return dumps


def _sigquit(program: Path, dump: Path) -> None:
    command = [str(program), "sigquit", str(GOROUTINES)]
    with dump.open("wb") as out, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=out) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(1)
        process.send_signal(signal.SIGQUIT)
        process.wait(_WAIT)
