local goto = 1
goto = 2
goto.x = goto
goto.goto()
goto()
goto "s"
goto { goto = goto, goto }
function goto.goto:goto(goto) return goto end
for goto in goto do goto, a = 1 end
do
  ::again::
  goto again
  ::goto::
  goto
  goto
  :: spaced ::
end
