// Package ui keeps the built pages of the three faces inside the binary, so that a
// running server needs no file beside it and a browser asks nobody else.
//
// A clone in which nothing was built yet holds only dist/.keep: it compiles, and
// [Built] says that there is no page to serve.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS returns the built files: index.html (console), m/index.html (inspector),
// screen/index.html (wall), and everything that they load.
func FS() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, whatever was embedded
	}
	return files
}

// Built tells whether the pages were built before the binary was.
func Built() bool {
	_, err := fs.Stat(FS(), "index.html")
	return err == nil
}
