package script

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/syntax"
)

// pointName is the source name of log points' expressions.
const pointName = "logpoint"

// pointPart is a piece of what a log point tells: words as they are, or an expression.
type pointPart struct {
	words string
	expr  *lua.FunctionProto // nil for words
}

// pointParts reads a text with expressions in braces; {{ and }} are braces.
func pointParts(text string) ([]pointPart, error) {
	var parts []pointPart
	var words strings.Builder
	for i := 0; i < len(text); {
		switch rest := text[i:]; {
		case strings.HasPrefix(rest, "{{"), strings.HasPrefix(rest, "}}"):
			words.WriteByte(rest[0])
			i += 2
		case rest[0] == '}':
			return nil, fmt.Errorf("there is a } without its { in %q; write }} for one that is meant", text)
		case rest[0] == '{':
			expr, n := bracedExpr(rest)
			if n == 0 {
				return nil, fmt.Errorf("there is a { without its } in %q; write {{ for one that is meant", text)
			}
			proto, err := pointExpr(expr)
			if err != nil {
				return nil, err
			}
			parts = append(parts, pointPart{words: words.String()}, pointPart{expr: proto})
			words.Reset()
			i += n
		default:
			words.WriteByte(rest[0])
			i++
		}
	}
	return append(parts, pointPart{words: words.String()}), nil
}

// bracedExpr is what is in the braces that a text begins with, and how long it is with them:
// 0 where they are not closed. Braces and quotes inside are Lua's.
func bracedExpr(text string) (expr string, n int) {
	depth := 0
	for _, tok := range syntax.Tokens([]byte(text)) {
		switch {
		case tok.String:
		case tok.Text == "{":
			depth++
		case tok.Text == "}":
			if depth--; depth == 0 {
				return text[1:tok.Start], tok.End
			}
		}
	}
	return "", 0
}

// pointExpr compiles one expression. Statements are none: an assignment is refused here.
func pointExpr(expr string) (*lua.FunctionProto, error) {
	if strings.TrimSpace(expr) == "" {
		return nil, fmt.Errorf("there is no expression in {}; write {{}} for braces that are meant")
	}
	proto, err := code.CompileText("return ("+expr+"\n)", pointName)
	if err != nil {
		return nil, fmt.Errorf("%s is no expression that can be looked at: %w", strings.TrimSpace(expr), code.SyntaxRefusal(pointName, err))
	}
	return proto, nil
}
