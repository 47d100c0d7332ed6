package review

import (
	"context"
	"net/netip"

	"zjcs/internal/platform/apperr"
	"zjcs/internal/platform/audit"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// objectionsAnHour bounds what one address may file, whatever it objects to. The plain
// form of the page works without scripts, so that no captcha stands before it; a hall of a
// village office, where many share an address, files fewer.
const objectionsAnHour = 10

const addressField = "objection.address"

// network is what one subscriber has: an address, or in IPv6 the 64 bits that are his to
// choose the rest of.
func network(remote string) string {
	at, err := netip.ParseAddr(remote)
	if err != nil || at.Unmap().Is4() {
		return remote
	}
	p, err := at.WithZone("").Prefix(64)
	if err != nil {
		return remote
	}
	return p.String()
}

// LimitObjections counts one more objection from the address of the request, and refuses
// when there were too many within the hour. It is asked before anything else is locked:
// many from one address wait for each other, and hold up nobody else.
func LimitObjections(ctx context.Context, tx db.Tx, v *secret.Vault) error {
	n, err := countObjection(ctx, tx, v.Digest(addressField, network(audit.ClientOf(ctx).Remote)))
	if err != nil {
		return err
	}
	if n > objectionsAnHour {
		return apperr.New(apperr.TooMany, "这个网络地址一小时内提出的异议已达 %d 件，请一小时后再提，或者写在一件里", objectionsAnHour)
	}
	return nil
}
