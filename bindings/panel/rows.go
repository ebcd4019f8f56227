package panel

import (
	"sort"
	"strconv"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// column is a column of a table as the panel gives it.
type column struct {
	field lua.LValue
	cell  *lua.LFunction
	by    *lua.LFunction
}

// rows draws those rows of a table that are in sight, in the order that was chosen.
func (r *reader) rows(n *Node, t *lua.LTable) {
	heads, columns := r.columns(n, t)
	list, _ := get(t, "rows").(*lua.LTable)
	total := 0
	if list != nil {
		total = vm.Len(list)
	}
	kept := r.keep(n.ID)
	order := r.order(kept, columns, list, total)
	first := max(0, min(kept.first, total-1))
	last := min(total, first+min(kept.count, mostRows))
	n.set("columns", heads)
	n.set("total", total)
	n.set("first", first)
	n.set("sort", kept.sort)
	n.set("down", kept.down)
	key := get(t, "key")
	pick, _ := get(t, "pick").(*lua.LFunction)
	mark, _ := get(t, "mark").(*lua.LFunction)
	if pick != nil {
		n.On = append(n.On, "pick")
	}
	for i := first; i < last; i++ {
		row := vm.GetInt(list, at(order, i)+1)
		n.Rows = append(n.Rows, r.row(n, columns, row, rowKey(row, key, at(order, i)), pick, mark))
	}
}

// at is which row stands in a place; without an order, the one of that number.
func at(order []int, i int) int {
	if order == nil {
		return i
	}
	return order[i]
}

func (r *reader) columns(n *Node, t *lua.LTable) (heads []Column, columns []column) {
	list, _ := get(t, "columns").(*lua.LTable)
	for i := 1; list != nil && i <= vm.Len(list); i++ {
		c, ok := vm.GetInt(list, i).(*lua.LTable)
		if !ok {
			r.fail(n.ID, "column %d is a %s, and has to be {title=, field=}", i, vm.GetInt(list, i).Type())
		}
		one := column{field: get(c, "field")}
		one.cell, _ = get(c, "cell").(*lua.LFunction)
		one.by, _ = get(c, "by").(*lua.LFunction)
		width, _ := get(c, "width").(lua.LNumber)
		heads = append(heads, Column{Title: lua.LVAsString(get(c, "title")), Right: lua.LVAsString(get(c, "align")) == "right",
			Sorts: get(c, "sort") != lua.LFalse && (one.by != nil || one.field != lua.LNil), Width: finite(float64(width))})
		columns = append(columns, one)
	}
	if len(columns) == 0 {
		r.fail(n.ID, "a table has columns")
	}
	return heads, columns
}

func rowKey(row, field lua.LValue, i int) string {
	if t, ok := row.(*lua.LTable); ok && field != lua.LNil {
		if v := vm.Get(t, field); v != lua.LNil {
			return lua.LVAsString(v)
		}
	}
	return strconv.Itoa(i + 1)
}

func (r *reader) row(n *Node, columns []column, row lua.LValue, key string, pick, mark *lua.LFunction) *Row {
	out := &Row{Key: key, Cells: make([]*Node, len(columns))}
	id := n.ID + "." + key
	for i, c := range columns {
		v := lua.LValue(lua.LNil)
		if c.cell != nil {
			v = vm.Call(r.L, c.cell, row)
		} else if t, ok := row.(*lua.LTable); ok {
			v = vm.Get(t, c.field)
		}
		if v == lua.LNil || v == lua.LFalse {
			v = lua.LString("")
		}
		out.Cells[i] = r.read(v, id, strconv.Itoa(i+1))
	}
	if mark != nil {
		out.Mark, _ = plain(vm.Call(r.L, mark, row)).(string)
	}
	if pick != nil {
		r.handlers[n.ID+"/pick "+key] = handler{pick, row}
	}
	return out
}

// order is in which order the rows stand, nil where they stand as they come.
func (r *reader) order(kept *keeping, columns []column, list *lua.LTable, total int) []int {
	if kept.sort < 1 || kept.sort > len(columns) || total == 0 {
		return nil
	}
	c := columns[kept.sort-1]
	values, order := make([]lua.LValue, total), make([]int, total)
	for i := range order {
		order[i] = i
		row := vm.GetInt(list, i+1)
		if c.by != nil {
			values[i] = vm.Call(r.L, c.by, row)
		} else if t, ok := row.(*lua.LTable); ok {
			values[i] = vm.Get(t, c.field)
		}
	}
	sort.SliceStable(order, func(a, b int) bool {
		if kept.down {
			a, b = b, a
		}
		return before(values[order[a]], values[order[b]])
	})
	return order
}

// before says whether a value stands before another: numbers before texts, and both before
// what cannot be compared.
func before(a, b lua.LValue) bool {
	x, isNumber := a.(lua.LNumber)
	y, other := b.(lua.LNumber)
	if isNumber && other {
		return x < y
	}
	if isNumber != other {
		return isNumber
	}
	s, isText := a.(lua.LString)
	u, otherText := b.(lua.LString)
	if isText && otherText {
		return s < u
	}
	return isText && !otherText
}
