package api

import (
	"io/fs"

	"gridcommand/eventstore/sqldb"
)

// Tables are the tables kept in the state database: photos' and phrases'.
func Tables() []sqldb.Owner { return []sqldb.Owner{photoTables(), phraseTables()} }

func photoTables() sqldb.Owner {
	return sqldb.Owner{Name: "photos", Files: folderOf(migrations, "migrations")}
}

func phraseTables() sqldb.Owner {
	return sqldb.Owner{Name: "phrases", Files: folderOf(phraseFiles, "phrases")}
}

func folderOf(files fs.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}
