package meters

import "syscall"

// space is how many bytes of the disk that folder lies on are free for this program, and
// how many there are.
func space(folder string) (free, size float64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, 0, err
	}
	block := float64(s.Bsize)
	return float64(s.Bavail) * block, float64(s.Blocks) * block, nil
}
