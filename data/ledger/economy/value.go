package economy

import "math/big"

// Value is an amount of money in hundredths, however large: what a quantity is worth need
// not fit where the quantity and the price do.
type Value struct{ n big.Int }

// Add adds what n are worth at a price.
func (v *Value) Add(n, price int64) {
	var one, each big.Int
	v.n.Add(&v.n, one.Mul(one.SetInt64(n), each.SetInt64(price)))
}

// AddValue adds another value.
func (v *Value) AddValue(other *Value) { v.n.Add(&v.n, &other.n) }

// Compare is -1, 0 or 1, as the value is below, equal to or above another.
func (v *Value) Compare(other *Value) int { return v.n.Cmp(&other.n) }

// Float is the value, or what is nearest to it.
func (v *Value) Float() float64 {
	f, _ := new(big.Float).SetInt(&v.n).Float64()
	return f
}

// String is the value in digits.
func (v Value) String() string { return v.n.String() }

// MarshalJSON writes a number.
func (v Value) MarshalJSON() ([]byte, error) { return v.n.MarshalJSON() }

// UnmarshalJSON reads one.
func (v *Value) UnmarshalJSON(text []byte) error { return v.n.UnmarshalJSON(text) }

// per is the value by each of so many, rounded half up.
func (v *Value) per(units int64) int64 {
	var n, d big.Int
	n.Add(n.Lsh(&v.n, 1), d.SetInt64(units))
	return n.Div(&n, d.Lsh(&d, 1)).Int64()
}
