package sqlite

import _ "embed" // the statements

var (
	//go:embed query/page.sql
	pageSQL string
	//go:embed query/stream.sql
	streamSQL string
	//go:embed query/head.sql
	headSQL string
	//go:embed query/version.sql
	versionSQL string
	//go:embed query/key.sql
	keySQL string
	//go:embed query/add_fact.sql
	addFactSQL string
	//go:embed query/add_key.sql
	addKeySQL string
	//go:embed query/keys.sql
	keysSQL string
	//go:embed query/last_key.sql
	lastKeySQL string
	//go:embed query/found.sql
	foundSQL string
	//go:embed query/epoch.sql
	epochSQL string
)
