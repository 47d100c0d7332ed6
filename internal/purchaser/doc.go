// Package purchaser owns the purchasers (项目业主): organisations and natural persons whose
// papers were verified, so that they may publish what they need (domain.md section 3).
//
// It does not own their accounts (identity) nor what they publish. Nothing here is public;
// telephone and ID number are sealed (个人信息保护法 第28条).
//
// Tables: purchaser, purchaser_file.
package purchaser
