package identity

import "zjcs/internal/platform/secret"

// What each sealed value of a person is sealed for.
const (
	fieldPhone  = "person.phone"
	fieldNumber = "person.id_number"
	fieldFactor = "person.totp_secret"
)

// SealedColumns are those of this domain, for a change of key. Digests of sign-in attempts
// are not among them: under a new key they are counted anew.
func SealedColumns() []secret.Column {
	return []secret.Column{
		{Table: "person", Key: "id", Sealed: "phone", Field: fieldPhone, DigestColumn: "phone_digest", DigestField: fieldPhone},
		{Table: "person", Key: "id", Sealed: "id_number", Field: fieldNumber, DigestColumn: "id_digest", DigestField: fieldNumber},
		{Table: "person", Key: "id", Sealed: "totp_secret", Field: fieldFactor},
	}
}
