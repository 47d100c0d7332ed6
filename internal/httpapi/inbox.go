package httpapi

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"zjcs/internal/notice"
	"zjcs/internal/platform/page"
)

// inboxRoutes are a person's own messages: another's are as if they were not there.
func (a *API) inboxRoutes() {
	const tag, own = "消息", "message:read-own"
	on(a, endpoint{http.MethodGet, "/api/v1/messages", "messages", tag, "我的消息，最新的在前", own, 0}, a.listMessages)
	on(a, endpoint{http.MethodGet, "/api/v1/messages/count", "count-messages", tag, "我有多少未读消息", own, 0}, a.countMessages)
	on(a, endpoint{http.MethodPut, "/api/v1/messages/{id}/read", "read-message", tag, "标为已读", own, 0}, a.readMessage)
	on(a, endpoint{http.MethodPut, "/api/v1/messages/read", "read-messages", tag, "全部标为已读", own, 0}, a.readMessages)
	on(a, endpoint{http.MethodGet, "/api/v1/me/notifications", "notifications", tag, "哪些消息同时发邮件", own, 0}, a.notifications)
	on(a, endpoint{http.MethodPut, "/api/v1/me/notifications", "set-notifications", tag, "设置哪些消息同时发邮件", own, 0}, a.setNotifications)
}

type messageQuery struct {
	Paging
	Unread bool `query:"unread" doc:"只列未读的"`
}

func (a *API) listMessages(ctx context.Context, in *messageQuery) (page.Page[notice.Received], error) {
	return a.Messages.List(ctx, in.Unread, in.request())
}

type unreadCount struct {
	Unread int `json:"unread" doc:"未读条数；最多数到 1000"`
}

func (a *API) countMessages(ctx context.Context, _ *struct{}) (unreadCount, error) {
	n, err := a.Messages.Unread(ctx)
	return unreadCount{n}, err
}

type messageKey struct {
	ID uuid.UUID `path:"id" doc:"消息的标识"`
}

func (a *API) readMessage(ctx context.Context, in *messageKey) (notice.Received, error) {
	return a.Messages.Read(ctx, in.ID)
}

type readCount struct {
	Read int `json:"read" doc:"这次标为已读的条数"`
}

func (a *API) readMessages(ctx context.Context, _ *struct{}) (readCount, error) {
	n, err := a.Messages.ReadAll(ctx)
	return readCount{n}, err
}

func (a *API) notifications(ctx context.Context, _ *struct{}) (notice.Preferences, error) {
	return a.Messages.Preferences(ctx)
}

type notificationsInput struct {
	Body struct {
		Items []notice.Preference `json:"items" minItems:"1" maxItems:"20" doc:"要改的类别"`
	}
}

func (a *API) setNotifications(ctx context.Context, in *notificationsInput) (notice.Preferences, error) {
	return a.Messages.Prefer(ctx, in.Body.Items)
}
