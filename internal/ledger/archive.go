package ledger

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Archive is a copy of the whole log that anyone may keep and check without a network:
// one JSON object a line, the first the head, then every leaf in its order.
//
// With each leaf stands the hash that the log's tiles have in its place: where the two
// differ, the leaf was changed after it was written, and one knows which.
type Archive struct {
	Checkpoint string
	Key        string
	Leaves     [][]byte
	Hashes     []tlog.Hash // as many as Leaves, or none
}

const archiveFormat = "zjcs-ledger-1"

type archiveHead struct {
	Format     string `json:"format"`
	Key        string `json:"key"`
	Checkpoint string `json:"checkpoint"`
}

type archiveLine struct {
	Index int64  `json:"index"`
	Leaf  string `json:"leaf"`
	Hash  string `json:"hash,omitempty"` // base64
}

// Write stores an archive.
func (a Archive) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	if err := enc.Encode(archiveHead{archiveFormat, a.Key, a.Checkpoint}); err != nil {
		return err
	}
	for i, leaf := range a.Leaves {
		line := archiveLine{Index: int64(i), Leaf: base64.StdEncoding.EncodeToString(leaf)}
		if i < len(a.Hashes) {
			line.Hash = a.Hashes[i].String()
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// ReadArchive reads what Write stored.
func ReadArchive(r io.Reader) (Archive, error) {
	d := json.NewDecoder(bufio.NewReader(r))
	var h archiveHead
	if err := d.Decode(&h); err != nil || h.Format != archiveFormat {
		return Archive{}, errors.New("不是公开日志的存档（zjcs-ledger-1）")
	}
	a := Archive{Checkpoint: h.Checkpoint, Key: h.Key}
	for {
		var l archiveLine
		err := d.Decode(&l)
		if errors.Is(err, io.EOF) {
			return a, nil
		}
		if err != nil || l.Index != int64(len(a.Leaves)) {
			return a, fmt.Errorf("存档的第 %d 条读不懂，或者次序不对", len(a.Leaves))
		}
		leaf, err := base64.StdEncoding.Strict().DecodeString(l.Leaf)
		if err != nil {
			return a, fmt.Errorf("存档的第 %d 条不是 base64", l.Index)
		}
		a.Leaves = append(a.Leaves, leaf)
		if l.Hash != "" {
			h, err := tlog.ParseHash(l.Hash)
			if err != nil || len(a.Hashes) != len(a.Leaves)-1 {
				return a, fmt.Errorf("存档的第 %d 条的摘要读不懂", l.Index)
			}
			a.Hashes = append(a.Hashes, h)
		}
	}
}

// Fetch copies the log of a site, from its checkpoint and its entry bundles.
func Fetch(ctx context.Context, client *http.Client, site string) (Archive, error) {
	base := strings.TrimSuffix(strings.TrimRight(site, "/"), "/ledger") + "/ledger/"
	get := func(path string) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, http.NoBody)
		if err != nil {
			return nil, fmt.Errorf("网址 %s 写得不对", site)
		}
		res, err := client.Do(req)
		if err != nil {
			return nil, fmt.Errorf("取不到 %s：%w", base+path, err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("取不到 %s：%s", base+path, res.Status)
		}
		return io.ReadAll(io.LimitReader(res.Body, tileWidth*(maxLeaf+2)))
	}
	key, err := get("key")
	if err != nil {
		return Archive{}, err
	}
	checkpoint, err := get("checkpoint")
	if err != nil {
		return Archive{}, err
	}
	a := Archive{Checkpoint: string(checkpoint), Key: strings.TrimSpace(string(key))}
	size, _, err := parseCheckpoint(a.Checkpoint)
	if err != nil {
		return a, err
	}
	for n := int64(0); n*tileWidth < size; n++ {
		t := tlog.Tile{H: tileHeight, L: 0, N: n, W: int(min(tileWidth, size-n*tileWidth))}
		hashes, err := get(strings.Replace(t.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return a, err
		}
		for h := range slices.Chunk(hashes, tlog.HashSize) {
			a.Hashes = append(a.Hashes, tlog.Hash{})
			copy(a.Hashes[len(a.Hashes)-1][:], h)
		}
		path := strings.Replace(t.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := get(path)
		if err != nil {
			return a, err
		}
		leaves, err := unbundle(data)
		if err != nil || len(leaves) != t.W {
			return a, fmt.Errorf("%s 应有 %d 条，现有 %d 条", path, t.W, len(leaves))
		}
		a.Leaves = append(a.Leaves, leaves...)
	}
	return a, nil
}

// Verify recomputes the tree from the leaves and holds it against the signed checkpoint;
// with an earlier checkpoint, it also holds that the log only grew. key is the public key
// one trusts; "" is the archive's own, which proves only that the parts belong together.
func (a Archive) Verify(key, earlier string) (size int64, err error) {
	if key == "" {
		key = a.Key
	}
	size, root, err := openCheckpoint(a.Checkpoint, key)
	if err != nil {
		return 0, err
	}
	if len(a.Hashes) != 0 && len(a.Hashes) != len(a.Leaves) {
		return 0, fmt.Errorf("存档有 %d 条，却有 %d 个摘要", len(a.Leaves), len(a.Hashes))
	}
	if int64(len(a.Leaves)) != size {
		return 0, fmt.Errorf("检查点说有 %d 条，存档有 %d 条", size, len(a.Leaves))
	}
	var oldSize int64
	var oldRoot tlog.Hash
	if earlier != "" {
		if oldSize, oldRoot, err = openCheckpoint(earlier, key); err != nil {
			return 0, fmt.Errorf("以前的检查点：%w", err)
		}
		if oldSize > size {
			return 0, fmt.Errorf("以前的检查点有 %d 条，现在只有 %d 条：日志变短了", oldSize, size)
		}
	}
	tree := memory{}
	ids := map[string]int{}
	for i, leaf := range a.Leaves {
		var l Line
		if err := json.Unmarshal(leaf, &l); err != nil {
			return 0, fmt.Errorf("第 %d 条不是 JSON", i)
		}
		if first, twice := ids[l.ID.String()]; twice {
			return 0, fmt.Errorf("第 %d 条与第 %d 条是同一条", i, first)
		}
		ids[l.ID.String()] = i
		if len(a.Hashes) > 0 && tlog.RecordHash(leaf) != a.Hashes[i] {
			return 0, fmt.Errorf("第 %d 条的内容与日志记下的摘要不符：应为 %s，由内容算得 %s", i, a.Hashes[i], tlog.RecordHash(leaf))
		}
		more, err := tlog.StoredHashes(int64(i), leaf, tree)
		if err != nil {
			return 0, fmt.Errorf("第 %d 条：%w", i, err)
		}
		tree = append(tree, more...)
		if int64(i+1) == oldSize {
			if got, err := tlog.TreeHash(oldSize, tree); err != nil || got != oldRoot {
				return 0, fmt.Errorf("前 %d 条算出的根与以前的检查点不符：以前的条目被改过", oldSize)
			}
		}
	}
	got, err := tlog.TreeHash(size, tree)
	if err != nil {
		return 0, err
	}
	if got != root {
		return 0, fmt.Errorf("由 %d 条算出的根是 %s，签名的检查点是 %s：有条目被改过、换过或者漏了", size, got, root)
	}
	return size, nil
}

// Differs is the first index at which an archive has another line than an earlier one of
// the same log, or none where the earlier one goes on; -1 when it has only grown.
func (a Archive) Differs(earlier Archive) int64 {
	for i, leaf := range earlier.Leaves {
		if i >= len(a.Leaves) || !bytes.Equal(leaf, a.Leaves[i]) {
			return int64(i)
		}
	}
	return -1
}

// memory is a tree's stored hashes.
type memory []tlog.Hash

// ReadHashes as tlog.HashReader.
func (m memory) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(positions))
	for i, p := range positions {
		if p >= int64(len(m)) {
			return nil, fmt.Errorf("no hash at %d", p)
		}
		out[i] = m[p]
	}
	return out, nil
}

// openCheckpoint checks the signature on a checkpoint and reads it.
func openCheckpoint(text, key string) (int64, tlog.Hash, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		return 0, tlog.Hash{}, errors.New("日志公钥应是 名称+摘要+公钥 的形式")
	}
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return 0, tlog.Hash{}, errors.New("检查点的签名不是这个公钥的")
	}
	if origin, _, _ := strings.Cut(signed.Text, "\n"); origin != verifier.Name() {
		return 0, tlog.Hash{}, fmt.Errorf("检查点是日志 %q 的，公钥是 %q 的", origin, verifier.Name())
	}
	return parseCheckpoint(signed.Text)
}

func parseCheckpoint(text string) (int64, tlog.Hash, error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 3 {
		return 0, tlog.Hash{}, errors.New("检查点应有来源、条数和根三行")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return 0, tlog.Hash{}, fmt.Errorf("检查点的条数 %q 不是整数", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return 0, tlog.Hash{}, errors.New("检查点的根应是 base64 的摘要")
	}
	return size, root, nil
}
