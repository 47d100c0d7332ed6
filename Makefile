# 网上中介超市. `make help` lists what can be done.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

GO            := go
BIN           := bin/zjcs
TOOLS         := $(CURDIR)/var/tools
GOLANGCI      := $(TOOLS)/golangci-lint
GOLANGCI_V    := v2.15.0
DIST          := frontend/dist/.vite/manifest.json
MODULES       := frontend/node_modules/.package-lock.json
FRONT_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -type f -print 2>/dev/null)
VERSION       := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS       := -s -w -X main.version=$(VERSION)

.PHONY: help
help: ## 列出可用的命令
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: run
run: setup-run build ## 安装缺少的组件，构建并启动（演示数据，127.0.0.1:8080）
	@exec $(BIN) --demo serve

.PHONY: dev
dev: setup-run $(DIST) ## 开发：改动 Go 代码后重新 make dev；前端用 npm run dev
	@ZJCS_LOG_FORMAT=text ZJCS_LOG_LEVEL=debug $(GO) run ./cmd/zjcs --demo serve

.PHONY: build
build: $(DIST) ## 构建前端和程序
	@echo "构建程序 $(BIN)"
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/zjcs

.PHONY: test
test: setup-test build lint ## 全部检查：Go、前端、类型、风格、架构、浏览器端到端
	@echo "── Go 测试（真实 PostgreSQL）"
	@$(GO) run ./internal/testkit/testpg $(GO) test -timeout 15m ./...
	@echo "── 前端单元测试"
	@cd frontend && npm run --silent test
	@echo "── 浏览器端到端测试"
	@cd frontend && npm run --silent e2e

.PHONY: lint
lint: $(DIST) $(GOLANGCI) ## 类型、风格、架构规则、生成文件是否最新
	@echo "── 检查风格与类型"
	@$(GOLANGCI) run ./...
	@deploy/lint-planted.sh $(GOLANGCI)
	@cd frontend && npm run --silent typecheck && npm run --silent lint
	@$(MAKE) --no-print-directory gen-check

.PHONY: gen
gen: $(MODULES) ## 重新生成接口文档、前端类型和生命周期图
	@$(GO) run ./cmd/zjcs openapi > docs/openapi.json
	@$(GO) run ./cmd/zjcs workflows docs/workflows
	@cd frontend && npm run --silent gen

.PHONY: gen-check
gen-check: gen
	@git diff --exit-code --stat -- docs/openapi.json docs/workflows frontend/src/shared || \
		{ echo "生成的文件不是最新的，请运行 make gen 并提交"; exit 1; }

.PHONY: bench
bench: setup-bench build ## 性能：同一轮内交错测量，输出对照表
	@$(GO) run ./bench

.PHONY: seed
seed: setup-run build ## 生成示例市场：make seed AGENCIES=1000 EXPERTS=100 SEED=1
	@$(BIN) --demo seed --agencies $(or $(AGENCIES),300) --experts $(or $(EXPERTS),60) --seed $(or $(SEED),1)

.PHONY: clean
clean: ## 删除构建产物（不删数据 var/）
	@rm -rf bin frontend/dist/assets frontend/dist/.vite

.PHONY: setup-run setup-test setup-bench
setup-run:
	@deploy/setup.sh run
setup-test:
	@deploy/setup.sh run test
setup-bench:
	@deploy/setup.sh run test bench

$(MODULES): frontend/package.json frontend/package-lock.json
	@echo "安装前端依赖"
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

$(DIST): $(MODULES) $(FRONT_SOURCES)
	@echo "构建前端"
	@cd frontend && npm run --silent build && touch ../$(DIST)

$(GOLANGCI): Makefile
	@echo "编译 golangci-lint $(GOLANGCI_V)（只在第一次，需几分钟）"
	@GOBIN=$(TOOLS) GOFLAGS= $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_V) && touch $@
