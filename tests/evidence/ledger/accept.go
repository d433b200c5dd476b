// Third-party check of a waferway ledger with golang.org/x/mod/sumdb: notes, proofs, tiles.
//
// Reads one JSON object on standard input, prints a JSON list with one string per case: "ok" or
// why the case was rejected. The first line of a checkpoint is its origin, which Go's ParseTree
// does not expect, so the three lines are read here. Our path tile/L/N is Go's tile/8/L/N.
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type testCase struct {
	Kind     string   // checkpoint, record, tree, tiles, bundle
	Note     string   // checkpoint
	VKey     string   // key of the log
	Old      string   // older checkpoint, for tree
	Index    int64    // record
	Leaf     string   // base64 of the entry, for record
	Proof    []string // base64 hashes
	Folder   string   // tiles
	Indices  []int64  // leaves whose hashes are read through the tiles
	LeafHash []string // base64, what they must be
}

func hash(text string) (tlog.Hash, error) { return tlog.ParseHash(text) }

func open(text, vkey string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	n, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tree, errors.New("malformed checkpoint")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = hash(lines[2])
	return tree, err
}

type folder string

func (f folder) Height() int { return 8 }
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", path, len(data))
		}
		all = append(all, data)
	}
	return all, nil
}
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func hashes(texts []string) (found []tlog.Hash, err error) {
	for _, text := range texts {
		h, err := hash(text)
		if err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	return found, nil
}

func check(c testCase) error {
	tree, err := open(c.Note, c.VKey)
	if err != nil {
		return err
	}
	proof, err := hashes(c.Proof)
	if err != nil {
		return err
	}
	switch c.Kind {
	case "checkpoint":
		return nil
	case "record":
		entry, err := base64.StdEncoding.DecodeString(c.Leaf)
		if err != nil {
			return err
		}
		return tlog.CheckRecord(proof, tree.N, tree.Hash, c.Index, tlog.RecordHash(entry))
	case "tree":
		old, err := open(c.Old, c.VKey)
		if err != nil {
			return err
		}
		return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
	case "tiles":
		reader := tlog.TileHashReader(tree, folder(c.Folder))
		root, err := tlog.TreeHash(tree.N, reader)
		if err != nil {
			return err
		}
		if root != tree.Hash {
			return errors.New("the tiles give another root")
		}
		wanted, err := hashes(c.LeafHash)
		if err != nil {
			return err
		}
		var stored []int64
		for _, index := range c.Indices {
			stored = append(stored, tlog.StoredHashIndex(0, index))
		}
		found, err := reader.ReadHashes(stored)
		if err != nil {
			return err
		}
		for i := range found {
			if found[i] != wanted[i] {
				return errors.New("another leaf hash")
			}
		}
		return nil
	}
	return errors.New("unknown kind")
}

func main() {
	var cases []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	answers := []string{}
	for _, c := range cases {
		if err := check(c); err != nil {
			answers = append(answers, err.Error())
		} else {
			answers = append(answers, "ok")
		}
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
