package identity

import "zjcs/internal/platform/secret"

// SealedColumns are what a change of key must reach.
func SealedColumns() []secret.Column {
	return []secret.Column{
		{Table: "person", Key: "id", Sealed: "phone", Field: "person.phone", DigestColumn: "phone_digest", DigestField: "person.phone"},
		{Table: "person", Key: "id", Sealed: "id_number", Field: "person.id_number", DigestColumn: "id_digest", DigestField: "person.id_number"},
		{Table: "person", Key: "id", Sealed: "totp_secret", Field: "person.totp_secret"},
	}
}
