package procurement

// Publishable refuses a text that is to be published and holds a mobile number, an identity
// number or a mailbox, or is too short to say anything.
func Publishable(field, label, text string) error { return publishable(field, label, text, "") }
