package postgres

import _ "embed" // the statements

var (
	//go:embed query/append.sql
	appendSQL string
	//go:embed query/page.sql
	pageSQL string
	//go:embed query/stream.sql
	streamSQL string
	//go:embed query/head.sql
	headSQL string
	//go:embed query/key.sql
	keySQL string
	//go:embed query/keys.sql
	keysSQL string
	//go:embed query/last_key.sql
	lastKeySQL string
	//go:embed query/versions.sql
	versionsSQL string
	//go:embed query/found.sql
	foundSQL string
	//go:embed query/epoch.sql
	epochSQL string
)
