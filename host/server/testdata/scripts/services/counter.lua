local counter = {}

counter.sum = 0

function counter.add(n)
  counter.sum = counter.sum + n
  return counter.sum
end

return counter
