package purchaser

import "zjcs/internal/platform/secret"

// SealedColumns are what a change of key must reach.
func SealedColumns() []secret.Column {
	return []secret.Column{
		{Table: "purchaser", Key: "organisation_id", Sealed: "id_number", Field: FieldID, DigestColumn: "id_digest", DigestField: FieldPersonDigest},
		{Table: "purchaser", Key: "organisation_id", Sealed: "contact_phone", Field: FieldPhone},
	}
}
