package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"zjcs/bench/load"
	"zjcs/bench/proc"
	"zjcs/bench/report"
)

// chromiumFlags keep the browser off the network beyond the page itself.
const chromiumFlags = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run " +
	"--disable-background-networking --disable-component-update --disable-sync"

// pages has a real browser load the pages as a phone: Lighthouse gives the scores and
// the bytes that crossed the wire, three runs, the median of each.
func (b *bench) pages(ctx context.Context) error {
	const part = "页面：Lighthouse（移动端）与传输量"
	cli, err := b.installLighthouse(ctx)
	if err != nil {
		return err
	}
	p, err := b.Serve("pages", large)
	if err != nil {
		return err
	}
	defer p.Stop()
	visits := []struct {
		title, path string
		score       bool
		maxKB       float64
	}{
		{"门户首页", "/", true, 60},
		{"门户事项页", "/service-items/ZJ0049", true, 60},
		{"门户搜索页", "/search?q=" + url.QueryEscape("环境影响"), true, 60},
		{"门户机构列表", "/agencies", false, 60},
		{"工作台首屏", "/workspace", false, 300},
	}
	for _, v := range visits {
		runs := 3
		if b.quick || !v.score {
			runs = 1 // bytes do not vary
		}
		var performance, accessibility, kb []float64
		for range runs {
			r, err := b.visit(ctx, cli, "http://"+p.Addr+v.path, v.score)
			if err != nil {
				b.report.Add(report.Row{Part: part, Subject: v.title, Err: err})
				break
			}
			performance, accessibility = append(performance, r.performance), append(accessibility, r.accessibility)
			kb = append(kb, float64(r.bytes)/1000)
		}
		if len(kb) == 0 {
			continue
		}
		if v.score {
			b.report.Add(report.Row{Part: part, Subject: v.title + "：性能", Figure: load.Median(performance), Unit: "分", Target: report.Target{AtLeast: 0.98}, Note: fmt.Sprintf("%d 次中位数", len(performance))})
			b.report.Add(report.Row{Part: part, Subject: v.title + "：无障碍", Figure: load.Median(accessibility), Unit: "分", Target: report.Target{AtLeast: 1}})
		}
		b.report.Add(report.Row{Part: part, Subject: v.title + "：传输", Figure: load.Median(kb), Unit: "KB", Target: report.Target{AtMost: v.maxKB}, Note: "页面连同样式、脚本、图标，压缩后，含响应头"})
	}
	return nil
}

// installLighthouse installs what bench/lighthouse locks into var/bench, where no Go
// tool looks for packages; an installed copy of the same lock is used again.
func (b *bench) installLighthouse(ctx context.Context) (cli string, err error) {
	from, dir := filepath.Join(b.Root, "bench", "lighthouse"), filepath.Join(b.Dir, "lighthouse")
	cli = filepath.Join(dir, "node_modules", "lighthouse", "cli", "index.js")
	done := filepath.Join(dir, "installed")
	lock, err := os.ReadFile(filepath.Join(from, "package-lock.json"))
	if err != nil {
		return "", err
	}
	if have, err := os.ReadFile(done); err == nil && string(have) == string(lock) {
		return cli, nil
	}
	b.Say("正在安装 Lighthouse（只在第一次）")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		content, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("安装 Lighthouse 失败: %w\n%s", err, out)
	}
	return cli, os.WriteFile(done, lock, 0o644)
}

type visit struct {
	performance, accessibility float64
	bytes                      int64
}

func (b *bench) visit(ctx context.Context, cli, address string, score bool) (visit, error) {
	out := filepath.Join(b.Dir, "lighthouse.json")
	args := []string{cli, address, "--quiet", "--output=json", "--output-path=" + out, "--chrome-flags=" + chromiumFlags, "--max-wait-for-load=30000"}
	if score {
		args = append(args, "--only-categories=performance,accessibility")
	} else {
		args = append(args, "--only-audits=network-requests")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return visit{}, err
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		return visit{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if _, err := proc.Run(ctx, proc.Spec{Name: "lighthouse " + address, Path: node, Args: args, Env: []string{"CHROME_PATH=" + chromium}}); err != nil {
		return visit{}, err
	}
	return readVisit(out)
}

func readVisit(path string) (visit, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return visit{}, err
	}
	var r struct {
		RuntimeError *struct{ Message string } `json:"runtimeError"`
		Categories   map[string]struct {
			Score float64 `json:"score"`
		} `json:"categories"`
		Audits map[string]json.RawMessage `json:"audits"` // each in a form of its own
	}
	if err := json.Unmarshal(content, &r); err != nil {
		return visit{}, err
	}
	if r.RuntimeError != nil && r.RuntimeError.Message != "" {
		return visit{}, fmt.Errorf("lighthouse: %s", r.RuntimeError.Message)
	}
	v := visit{performance: r.Categories["performance"].Score, accessibility: r.Categories["accessibility"].Score}
	var network struct {
		Details struct {
			Items []struct {
				URL          string `json:"url"`
				StatusCode   int    `json:"statusCode"`
				TransferSize int64  `json:"transferSize"`
			} `json:"items"`
		} `json:"details"`
	}
	if err := json.Unmarshal(r.Audits["network-requests"], &network); err != nil {
		return v, fmt.Errorf("network-requests: %w", err)
	}
	for _, item := range network.Details.Items {
		if item.StatusCode >= 400 {
			return v, fmt.Errorf("%s: %d", item.URL, item.StatusCode)
		}
		v.bytes += item.TransferSize
	}
	if v.bytes == 0 {
		return v, fmt.Errorf("no request was seen by the browser")
	}
	return v, nil
}
