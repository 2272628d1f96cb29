// SPDX-License-Identifier: Apache-2.0

// saved_go ARCHIVE: what the verification of an OCI archive with gzip layers costs with Go's standard
// library: the digest of each blob, and the digest of what each layer unpacks to, all layers side by
// side. Exits with 1 if a blob has not the digest of its name. The peer of assay verify oci-archive:.
package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"strings"
	"sync"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// verify reads a blob once: hashed as it is stored and, if it is a layer, as it unpacks.
func verify(blob *io.SectionReader, want string) {
	stored := sha256.New()
	magic := make([]byte, 2)
	_, err := blob.ReadAt(magic, 0)
	check(err)
	flow := io.TeeReader(blob, stored)
	if magic[0] == 0x1f && magic[1] == 0x8b {
		unpacked := sha256.New()
		in, err := gzip.NewReader(flow)
		check(err)
		_, err = io.Copy(unpacked, in)
		check(err)
	}
	_, err = io.Copy(io.Discard, flow)
	check(err)
	if got := hex.EncodeToString(stored.Sum(nil)); got != want {
		fmt.Fprintln(os.Stderr, "digest mismatch:", want)
		os.Exit(1)
	}
}

func main() {
	file, err := os.Open(os.Args[1])
	check(err)
	var running sync.WaitGroup
	slots := make(chan bool, runtime.NumCPU())
	in := tar.NewReader(file)
	for {
		entry, err := in.Next()
		if err == io.EOF {
			break
		}
		check(err)
		if entry.Typeflag != tar.TypeReg || !strings.Contains(entry.Name, "blobs/sha256/") {
			continue
		}
		start, err := file.Seek(0, io.SeekCurrent)
		check(err)
		running.Add(1)
		go func(blob *io.SectionReader, want string) {
			slots <- true
			verify(blob, want)
			<-slots
			running.Done()
		}(io.NewSectionReader(file, start, entry.Size), path.Base(entry.Name))
	}
	running.Wait()
}
