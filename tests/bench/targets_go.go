// SPDX-License-Identifier: Apache-2.0

// targets_go ROOT TARGETS TAG: loads and verifies a targets file with the Go library of Notary, as
// its client does, and prints the milliseconds and MB/s. The peer of bench_targets.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/theupdateframework/notary/tuf/data"
	"github.com/theupdateframework/notary/tuf/signed"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	rootBytes, err := os.ReadFile(os.Args[1])
	check(err)
	targetsBytes, err := os.ReadFile(os.Args[2])
	check(err)
	rootSigned := &data.Signed{}
	check(json.Unmarshal(rootBytes, rootSigned))
	root, err := data.RootFromSigned(rootSigned)
	check(err)
	role, err := root.BuildBaseRole(data.CanonicalTargetsRole)
	check(err)

	start := time.Now()
	targetsSigned := &data.Signed{}
	check(json.Unmarshal(targetsBytes, targetsSigned))
	check(signed.VerifySignatures(targetsSigned, role))
	targets, err := data.TargetsFromSigned(targetsSigned, data.CanonicalTargetsRole)
	check(err)
	if _, ok := targets.Signed.Targets[os.Args[3]]; !ok {
		fmt.Fprintln(os.Stderr, "the tag is not listed")
		os.Exit(1)
	}
	elapsed := time.Since(start)
	fmt.Printf("%.1f ms %.1f MB/s\n", float64(elapsed.Microseconds())/1e3,
		float64(len(targetsBytes))/1e6/elapsed.Seconds())
}
