package exchange

import (
	"time"

	"github.com/google/uuid"

	"zjcs/internal/platform/provenance"
)

// DeliveryState is how far a delivery is.
type DeliveryState string

// A delivery is read, shown, and taken in when it is confirmed.
const (
	Reading   DeliveryState = "reading"
	Ready     DeliveryState = "ready"
	Refused   DeliveryState = "refused" // cannot be read at all
	Importing DeliveryState = "importing"
	Done      DeliveryState = "done"
	Failed    DeliveryState = "failed"  // stopped half way; what it counts is stored
	Expired   DeliveryState = "expired" // never confirmed
)

var deliveryLabels = map[DeliveryState]string{
	Reading: "正在读取", Ready: "待确认", Refused: "不能读取", Importing: "正在导入", Done: "已导入", Failed: "导入中断", Expired: "逾期未确认",
}

// Delivery is a table an official handed in.
type Delivery struct {
	ID          uuid.UUID       `json:"id"`
	Number      string          `json:"number" doc:"归集编号"`
	Kind        provenance.Kind `json:"kind" enum:"items,agencies,experts,penalties" doc:"类别：事项、机构、专家、行政处罚"`
	Source      string          `json:"source" doc:"提供数据的单位"`
	FileName    string          `json:"fileName" doc:"文件名"`
	SHA256      string          `json:"sha256" doc:"文件的 SHA-256"`
	Size        int64           `json:"size" doc:"字节数"`
	State       DeliveryState   `json:"state" enum:"reading,ready,refused,importing,done,failed,expired" doc:"状态"`
	StateLabel  string          `json:"stateLabel" doc:"状态名称"`
	Progress    Progress        `json:"progress" doc:"读取或导入的进度"`
	Preview     *Preview        `json:"preview,omitempty" doc:"导入会做什么；此时什么也没有写入"`
	Result      *Result         `json:"result,omitempty" doc:"导入做了什么"`
	Failure     string          `json:"failure,omitempty" doc:"不能读取或中断的原因"`
	CreatedAt   time.Time       `json:"createdAt" doc:"提交时间"`
	ConfirmedAt *time.Time      `json:"confirmedAt,omitempty" doc:"确认时间"`
	FinishedAt  *time.Time      `json:"finishedAt,omitempty" doc:"完成时间"`

	author uuid.UUID
	reach  Reach
	batch  *uuid.UUID
}

// Progress is how far reading or taking in is.
type Progress struct {
	Bytes int64 `json:"bytes" doc:"已处理字节"`
	Of    int64 `json:"of" doc:"总字节"`
	Rows  int64 `json:"rows" doc:"已处理行"`
}

// Result is what taking in did.
type Result struct {
	Counts  Counts `json:"counts" doc:"各有多少行"`
	Differs bool   `json:"differs" doc:"为真表示预览之后数据有变，导入按现在的数据重新判断，结果与预览不同"`
}

// sealField is the name under which the bytes of deliveries are sealed.
const sealField = "delivery.content"

// keepUnconfirmed is how long a delivery waits for its confirmation.
const keepUnconfirmed = 7 * 24 * time.Hour
