// Package speed compares how fast scripts run: in stock gopher-lua, in a State with its
// budgets, and in PUC Lua's lua5.1, the same programs in turns in one run. It has
// nothing but its benchmark (make speed) and a test that all of them compute the same.
package speed
