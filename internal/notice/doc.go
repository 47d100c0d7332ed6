// Package notice owns what the marketplace says: to everyone by public announcements
// (公告), and to one person by messages (站内消息), each of which may also go out by
// e-mail.
//
// A message is written in the transaction of what it tells of, one row for each person it
// concerns; its e-mail is a job of the same transaction and is sent at least once.
//
// Tables: announcement, message, message_preference.
package notice
