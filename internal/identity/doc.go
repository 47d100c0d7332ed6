// Package identity knows the national numbers by which organisations, people and
// investment projects are told apart: the 统一社会信用代码 (GB 32100-2015), the 公民身份号码
// (GB 11643-1999) and the 投资项目代码. It reads them as people write them (full-width,
// lower case, with spaces), says in Chinese what is wrong with one, and never puts a
// citizen's number into a message.
//
// Pure: no tables, no I/O, no clock.
package identity
