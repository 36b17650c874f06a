"""Constructors of clients, watchers and pools that run goroutines of their own until they are closed."""

from __future__ import annotations

import re

from goleaklint.facts.obligations import Api
from goleaklint.facts.uses import CLOSE, Thing

CALL = re.compile(
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
_SESSION = Thing(release=CLOSE | {"Orphan", "Done"})  # after `<-session.Done()` its goroutine has ended
_WATCHER = Thing(release=CLOSE, plain=frozenset({"Events", "Errors"}))
_MONGO = Thing(release=frozenset({"Disconnect"}), parts=("Database",))
_NATS = Thing(release=frozenset({"Close", "Drain"}), parts=("JetStream",))
_AMQP = Thing(release=frozenset({"Close", "CloseDeadline"}), parts=("Channel",))
_POOL = Thing(release=frozenset({"Release", "ReleaseTimeout"}))
_TAIL = Thing(release=frozenset({"Stop", "StopAtEOF", "Cleanup", "Kill"}), plain=frozenset({"Lines", "Filename"}))
CLIENTS: dict[str, Api] = {
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
    "go.etcd.io/etcd/client/v3/concurrency.NewSession": Api(_SESSION, error=1),
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
"""The call by its full name -> what it acquires; each of them has a name that CALL matches."""

PATHS = frozenset(name.rpartition(".")[0] for name in CLIENTS)
"""The packages that they are of."""
