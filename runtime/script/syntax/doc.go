// Package syntax reads Lua 5.1: Parse turns the bytes of a file into the syntax
// tree of github.com/yuin/gopher-lua/ast, or into an *Error with the words and
// the line that the reference implementation gives. It takes what that takes and
// refuses what that refuses, as its lexer and grammar do, with these exceptions,
// all on purpose:
//
//   - `goto name` and `::name::` are statements. goto is no reserved word: where no
//     name follows it at the head of a statement it is a name like any other.
//   - A text that begins with an escape byte is not taken for compiled code.
//   - Nesting is bounded at 200 levels of blocks and expressions, counted as 5.1
//     counts, but from the file and not from whatever C calls surround the load.
//     In addition no expression and no chain of elseif may become a tree higher
//     than 10,000 nodes: whoever walks a tree by recursion stays within a few
//     megabytes of stack. 5.1 has no tree and no such bound.
//   - The bounds that depend on generated code (200 locals, 60 upvalues, registers,
//     constants) are the compiler's to keep.
//   - A NUL byte outside strings and comments is a symbol like any other, and none
//     that can stand anywhere. 5.1 lets one pass behind a number or a dot, and does
//     not name it in errors, both by accident.
//
// # The tree
//
// It is what gopher-lua's own parser makes, so that all who walk one can walk the
// other:
//
//   - `local function f` is a LocalAssignStmt whose LastLine is that of the
//     function's end; `local f = function` is one whose LastLine is 0. That is how
//     the two are told apart.
//   - Parentheses leave no node. Around a call or `...` they set AdjustRet.
//   - elseif is an IfStmt that stands alone in Else.
//   - `function a.b:c()` is a FuncName with Receiver and Method, and no self among
//     the parameters.
//   - NumberExpr.Value is the text of the literal, for number.Parse to read, and
//     StringExpr.Value the bytes that the literal stands for.
//
// # Lines
//
// They are those that 5.1 puts on its instructions, so that an error at run time
// names the line that it names there. Line is
//
//   - for a statement, that of its first token;
//   - for a binary or unary operator, that of the last token of its last operand;
//   - for a call, that of the token that opens the arguments, or of the end of the
//     string that is the argument;
//   - for an index, that of its key's last token: the name or the bracket;
//   - for a name, a constant, a table or a function, that of its first token. A long
//     string counts where it ends.
//
// LastLine is
//
//   - for while, if, for, do, function and repeat, that of `end` or `until`;
//   - for an assignment, that of its last token: there its values are stored;
//   - for a name or an index, that of the token before which its value is read.
//     `a.b` in `f(a.b` with the bracket closed on the next line is read there;
//   - for a call or a table, that of its last token.
package syntax
