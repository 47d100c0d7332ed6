// Package demo invents a market: agencies, experts and announcements that look like
// those of a Chinese city and are nobody's. Everything it makes is marked 示例数据 and
// stored through the same import as real deliveries.
//
// The same numbers, seed and day give the same rows, byte for byte except ids. Codes of
// places end in 99, which no county has, and telephones begin with 0 or 199 0000, so no
// code, number or telephone belongs to anyone.
package demo
