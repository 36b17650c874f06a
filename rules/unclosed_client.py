"""A client with goroutines of its own that is not closed on some way out.

*Why it leaks*

Clients of servers, brokers and databases, and watchers of files, run goroutines for each of them until it is closed:
`sql.Open` one that opens connections (database/sql, sql.go: `connectionOpener`), a gRPC connection several, an etcd
client, a watcher of fsnotify its reader. A client that is made per call and dropped leaves them all behind.

*Leaks*

    func count(ctx context.Context, address string) (n int, err error) {
        db, err := sql.Open("postgres", address) // want "GLK707"
        if err != nil {
            return 0, err
        }
        err = db.QueryRowContext(ctx, "SELECT count(*) FROM users").Scan(&n)
        return n, err
    }

*Fixed*

    func count(ctx context.Context, address string) (n int, err error) {
        db, err := sql.Open("postgres", address)
        if err != nil {
            return 0, err
        }
        defer db.Close()
        err = db.QueryRowContext(ctx, "SELECT count(*) FROM users").Scan(&n)
        return n, err
    }

*What it does not see*

A client that is handed on. A library that its table does not list. In a command the process ends soon after: there, and
in tests, confidence is low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.obligations import Api, Lapse, duties, finding, lapse, words
from goleaklint.facts.resolve import bindings
from goleaklint.facts.uses import CLOSE, Thing
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK707",
    name="unclosed-client",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select", "IO wait", "chan receive"),
)

_CALL = re.compile(
    rb"\.(?:Open|OpenDB|OpenFile|Dial\w*|New|New\w*Client|NewClientConn|NewWatcher|NewSession|NewReader|NewWriter"
    rb"|NewAsyncProducer|NewSyncProducer|NewConsumer|NewConsumerGroup|NewPool|NewCache|Connect|TailFile|Create)\("
)
_PLAIN = Thing(release=CLOSE)
_DB = Thing(release=CLOSE, lookers=frozenset({"(database/sql.DB).Driver"}))
_GRPC = Thing(release=CLOSE, parts=("Client",))  # pb.NewUsersClient(conn): generated, and holds nothing but conn
_ETCD = Thing(
    release=CLOSE,
    lookers=frozenset({"go.etcd.io/etcd/client/v3/concurrency.NewSession"}),
    plain=frozenset({"KV", "Watcher", "Lease"}),
)
_WATCHER = Thing(release=CLOSE, plain=frozenset({"Events", "Errors"}))
_MONGO = Thing(release=frozenset({"Disconnect"}), parts=("Database",))
_NATS = Thing(release=frozenset({"Close", "Drain"}), parts=("JetStream",))
_AMQP = Thing(release=frozenset({"Close", "CloseDeadline"}), parts=("Channel",))
_POOL = Thing(release=frozenset({"Release", "ReleaseTimeout"}))
_TAIL = Thing(release=frozenset({"Stop", "StopAtEOF", "Cleanup", "Kill"}), plain=frozenset({"Lines", "Filename"}))
_TABLE: dict[str, Api] = {
    "database/sql.Open": Api(_DB, error=1),
    "database/sql.OpenDB": Api(_DB),
    "github.com/jmoiron/sqlx.Open": Api(_DB, error=1),
    "github.com/jmoiron/sqlx.Connect": Api(_DB, error=1),
    **{f"net/rpc.{name}": Api(_PLAIN, error=1) for name in ("Dial", "DialHTTP", "DialHTTPPath")},
    **{f"net/rpc/jsonrpc.{name}": Api(_PLAIN, error=1) for name in ("Dial",)},
    **{f"google.golang.org/grpc.{name}": Api(_GRPC, error=1) for name in ("Dial", "DialContext", "NewClient")},
    **{
        f"{path}.New": Api(_ETCD, error=1)
        for path in ("go.etcd.io/etcd/client/v3", "go.etcd.io/etcd/clientv3", "github.com/coreos/etcd/clientv3")
    },
    "go.etcd.io/etcd/client/v3/concurrency.NewSession": Api(Thing(release=CLOSE | {"Orphan"}), error=1),
    **{
        f"{path}.NewWatcher": Api(_WATCHER, error=1)
        for path in ("github.com/fsnotify/fsnotify", "gopkg.in/fsnotify.v1", "gopkg.in/fsnotify/fsnotify.v1")
    },
    **{
        f"{path}.NewClient": Api(_PLAIN)
        for path in ("github.com/go-redis/redis", *(f"github.com/go-redis/redis/v{v}" for v in (6, 7, 8)))
    },
    **{f"go.mongodb.org/mongo-driver{v}/mongo.Connect": Api(_MONGO, error=1) for v in ("", "/v2")},
    "github.com/nats-io/nats.go.Connect": Api(_NATS, error=1),
    "github.com/rabbitmq/amqp091-go.Dial": Api(_AMQP, error=1),
    "github.com/streadway/amqp.Dial": Api(_AMQP, error=1),
    "github.com/segmentio/kafka-go.NewReader": Api(_PLAIN),
    "github.com/twmb/franz-go/pkg/kgo.NewClient": Api(Thing(release=CLOSE | {"CloseAllowingRebalance"}), error=1),
    **{
        f"{path}/sarama.{name}": Api(Thing(release=CLOSE | {"AsyncClose"}), error=1)
        for path in ("github.com/IBM", "github.com/Shopify")
        for name in ("NewClient", "NewAsyncProducer", "NewSyncProducer", "NewConsumer", "NewConsumerGroup")
    },
    "golang.org/x/crypto/ssh.Dial": Api(_PLAIN, error=1),
    "github.com/go-zookeeper/zk.Connect": Api(_PLAIN, error=2),
    "github.com/syndtr/goleveldb/leveldb.OpenFile": Api(_PLAIN, error=1),
    **{f"github.com/dgraph-io/badger{v}.Open": Api(_PLAIN, error=1) for v in ("", "/v2", "/v3", "/v4")},
    **{f"github.com/panjf2000/ants{v}.NewPool": Api(_POOL, error=1) for v in ("", "/v2")},
    "github.com/hashicorp/memberlist.Create": Api(Thing(release=frozenset({"Shutdown"})), error=1),
    **{f"github.com/{owner}/tail.TailFile": Api(_TAIL, error=1) for owner in ("hpcloud", "nxadm")},
}
_PATHS = frozenset(name.rpartition(".")[0] for name in _TABLE)


def check(package: Package) -> Iterator[Finding]:
    """Clients that are kept by nobody, and that some path to the end of the function does not close."""
    facts = package.facts
    for decl in facts.reported_funcs(_CALL, _PATHS):
        known = bindings(facts, decl)
        for duty in duties(known, _TABLE):
            found = lapse(duty)
            if found is not None:
                yield finding(RULE, found, _message(found), _confidence(found))


def _message(found: Lapse) -> str:
    if found.duty.var is None:
        return "the client is dropped, and its goroutines stay"
    return words(found, found.duty.var.name, "closed")


def _confidence(found: Lapse) -> Confidence:
    return Confidence.LOW if found.duty.ends_with_process else Confidence.MEDIUM
