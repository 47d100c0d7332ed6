// Package credential holds the rules by which a person proves who they are: passwords
// (stored, judged for strength, looked up among the breached), one-time codes of an
// authenticator app with their recovery codes, a proof of work in place of a picture
// captcha, the delays after failed attempts, and opaque tokens.
//
// It does not know accounts, sessions or requests: what must be remembered between two
// calls (a hash, the last used step, the count of failures, the ids of solved captchas)
// is handed back to the caller to store.
//
// Pure rules over well-kept libraries: no tables, no network, no clock. The only file
// ever read is the operator's list of breached passwords (OpenBreachFile).
package credential
