// Package notice owns what the marketplace says to everyone: public announcements
// (公告). Messages to one person join it when there are accounts.
//
// Table: announcement.
package notice
