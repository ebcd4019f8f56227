// left is a countdown in words that count: "14:59", "1:00:00", "0:03".
export function left(seconds) {
  const s = Math.max(0, Math.ceil(seconds)), two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(s / 60);
  return minutes < 60 ? `${minutes}:${two(s % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}
