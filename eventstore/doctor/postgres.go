package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// oldest is the first version of PostgreSQL that the ledger's statements are for.
const oldest = 15

// A settings row is what the server says of itself to a connection like ours: with what
// was set for the server, for the database, for the role and in the URL.
type settings struct {
	Version           int
	Fsync             string
	SynchronousCommit string
	FullPageWrites    string
	Encoding          string
	Checksums         string
	ReadOnly          string
	Recovery          bool
	MayCreate         bool
	Connections       int
	Role, Database    string
	Now               time.Time
	Restoring         bool
}

const question = `SELECT current_setting('server_version_num')::int / 10000,
	current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),
	current_setting('server_encoding'), current_setting('data_checksums'), current_setting('default_transaction_read_only'),
	pg_is_in_recovery(),
	has_database_privilege(current_database(), 'CREATE') OR (SELECT COUNT(*) FROM pg_namespace WHERE nspname IN ('ledger', 'views', 'state')) = 3,
	LEAST(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
		(SELECT NULLIF(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
		(SELECT NULLIF(datconnlimit, -1) FROM pg_database WHERE datname = current_database())),
	current_user::text, current_database()::text, clock_timestamp(),
	EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'gridcommand_restoring')`

// Postgres looks at the database at url.
func Postgres(ctx context.Context, url string) []Finding {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return []Finding{finding("postgres.connect", Fail, "无法连接数据库：%v", "cannot connect to the database: %v", err).
			do("检查地址、账号和网络", "check address, account and network")}
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var s settings
	asked := time.Now()
	err = conn.QueryRow(ctx, question).Scan(&s.Version, &s.Fsync, &s.SynchronousCommit, &s.FullPageWrites, &s.Encoding, &s.Checksums, &s.ReadOnly,
		&s.Recovery, &s.MayCreate, &s.Connections, &s.Role, &s.Database, &s.Now, &s.Restoring)
	if err != nil {
		return []Finding{finding("postgres.connect", Fail, "数据库不回答：%v", "the database does not answer: %v", err)}
	}
	// Its clock was read between the question and the answer.
	took := time.Since(asked)
	return s.judge(s.Now.Sub(asked.Add(took/2)), took)
}

func (s settings) judge(skew, took time.Duration) []Finding {
	quoted := pgx.Identifier{s.Database}.Sanitize()
	var all []Finding
	add := func(f Finding) { all = append(all, f) }
	choose := func(good bool, fine, bad Finding) {
		if good {
			add(fine)
		} else {
			add(bad)
		}
	}
	choose(s.Version >= oldest, ok("postgres.version", "PostgreSQL %d", "PostgreSQL %d", s.Version),
		finding("postgres.version", Fail, "PostgreSQL %d 过旧，需要 15 或更新", "PostgreSQL %d is too old, 15 or later is needed", s.Version).
			do("升级数据库", "upgrade the database"))
	choose(s.Fsync == "on", ok("postgres.fsync", "fsync 已开启", "fsync is on"),
		finding("postgres.fsync", Fail, "fsync 已关闭：断电会丢失已确认的事实，甚至损坏数据库", "fsync is off: a power cut loses what was acknowledged, or the whole database").
			do("在 postgresql.conf 中设 fsync = on 并重新加载", "set fsync = on in postgresql.conf and reload"))
	choose(s.SynchronousCommit != "off", ok("postgres.synchronous_commit", "synchronous_commit 为 %s", "synchronous_commit is %s", s.SynchronousCommit),
		finding("postgres.synchronous_commit", Fail, "synchronous_commit 已关闭：断电会丢失已确认的写入", "synchronous_commit is off: a power cut loses writes that were acknowledged").
			do(fmt.Sprintf("执行 ALTER DATABASE %s RESET synchronous_commit 和 ALTER ROLE … RESET synchronous_commit，或在 postgresql.conf 中设为 on", quoted),
				fmt.Sprintf("ALTER DATABASE %s RESET synchronous_commit and ALTER ROLE … RESET synchronous_commit, or set it on in postgresql.conf", quoted)))
	choose(s.FullPageWrites == "on", ok("postgres.full_page_writes", "full_page_writes 已开启", "full_page_writes is on"),
		finding("postgres.full_page_writes", Fail, "full_page_writes 已关闭：断电可能留下半页数据", "full_page_writes is off: a power cut can leave half-written pages").
			do("设 full_page_writes = on；若文件系统保证整页写入（如 ZFS），可用 --accept 放行", "set full_page_writes = on; where the file system writes whole pages (ZFS), --accept it").harmless())
	choose(s.Encoding == "UTF8", ok("postgres.encoding", "编码为 UTF8", "the encoding is UTF8"),
		finding("postgres.encoding", Fail, "数据库编码为 %s，需要 UTF8", "the database keeps text as %s, UTF8 is needed", s.Encoding).
			do("以 ENCODING 'UTF8' 新建数据库", "make a database with ENCODING 'UTF8'"))
	choose(!s.Recovery, ok("postgres.primary", "是主库", "this is a primary"),
		finding("postgres.primary", Fail, "这是只读备库", "this is a standby: nothing can be stored").
			do("连接主库", "connect to the primary"))
	choose(s.ReadOnly == "off", ok("postgres.writable", "可写", "it takes writes"),
		finding("postgres.writable", Fail, "default_transaction_read_only 已开启", "default_transaction_read_only is on").
			do(fmt.Sprintf("ALTER DATABASE %s RESET default_transaction_read_only", quoted), fmt.Sprintf("ALTER DATABASE %s RESET default_transaction_read_only", quoted)))
	choose(s.MayCreate, ok("postgres.schemas", "可以建立所需模式", "the schemas are there or can be made"),
		finding("postgres.schemas", Fail, "账号 %s 不能在数据库中建立模式", "role %s may not make schemas in the database", s.Role).
			do(fmt.Sprintf("GRANT CREATE ON DATABASE %s TO %s", quoted, pgx.Identifier{s.Role}.Sanitize()), fmt.Sprintf("GRANT CREATE ON DATABASE %s TO %s", quoted, pgx.Identifier{s.Role}.Sanitize())))
	choose(!s.Restoring, ok("postgres.whole", "没有未完成的恢复", "no restore is unfinished"),
		finding("postgres.whole", Fail, "恢复正在进行或曾中断", "a restore is under way or was broken off").
			do("重新执行 restore", "run restore again"))
	choose(s.Checksums == "on", ok("postgres.data_checksums", "数据校验和已开启", "data checksums are on"),
		finding("postgres.data_checksums", Warn, "数据校验和未开启：磁盘静默损坏不易被发现", "data checksums are off: rot on the disk is found later").
			do("停库后执行 pg_checksums --enable", "stop the server and run pg_checksums --enable"))
	all = append(all, s.connections(), clockOf(skew, took))
	return all
}

// enough and fewest are how many connections one process of ours uses at most, and
// cannot do without: the ledger's ten and its listener, and some for each of the others.
const (
	enough = 48
	fewest = 14
)

func (s settings) connections() Finding {
	switch {
	case s.Connections < fewest:
		return finding("postgres.connections", Fail, "只允许 %d 个连接，至少需要 %d 个", "only %d connections are allowed, %d are needed at least", s.Connections, fewest).
			do("提高 max_connections 或账号、数据库的连接上限", "raise max_connections, or the limit of role or database")
	case s.Connections < enough:
		return finding("postgres.connections", Warn, "允许 %d 个连接，一个进程在忙时可用到 %d 个", "%d connections are allowed; one busy process may use %d", s.Connections, enough).
			do("提高 max_connections", "raise max_connections")
	}
	return ok("postgres.connections", "允许 %d 个连接", "%d connections are allowed", s.Connections)
}

// apart is by how much the two clocks may differ before somebody should look.
const apart = 5 * time.Second

func clockOf(skew, took time.Duration) Finding {
	if skew.Abs() > apart+took {
		return finding("postgres.clock", Warn, "数据库时钟与本机相差 %s", "the database's clock is %s off from this machine's", skew.Round(time.Second)).
			do("两台机器都开启 NTP 校时", "let both machines keep time by NTP")
	}
	return ok("postgres.clock", "数据库时钟与本机一致", "the database's clock agrees with this machine's")
}
