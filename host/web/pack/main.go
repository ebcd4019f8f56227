// Pack packs the files of the players' page, for whoever builds a server with them in it.
package main

import (
	"fmt"
	"os"

	"hotshard/host/shelf"
	"hotshard/host/web"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "pack FOLDER: which folder")
		os.Exit(2)
	}
	if err := shelf.Pack(web.Files(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
