#include <errno.h>
#include <string.h>

char *strerror(int error)
{
	static const struct {
		int number;
		const char *text;
	} names[] = {{0, "Success"},
		     {EPERM, "Operation not permitted"},
		     {ENOENT, "No such file or directory"},
		     {EINTR, "Interrupted"},
		     {EIO, "Input/output error"},
		     {EBADF, "Bad file descriptor"},
		     {EAGAIN, "Try again"},
		     {ENOMEM, "Out of memory"},
		     {EACCES, "Permission denied"},
		     {EFAULT, "Bad address"},
		     {EBUSY, "Device busy"},
		     {EEXIST, "File exists"},
		     {ENOTDIR, "Not a directory"},
		     {EISDIR, "Is a directory"},
		     {EINVAL, "Invalid argument"},
		     {ENOSPC, "No space left"},
		     {ESPIPE, "Illegal seek"},
		     {EROFS, "Read-only file system"},
		     {EDOM, "Argument out of domain"},
		     {ERANGE, "Result out of range"},
		     {ENOSYS, "Not implemented"},
		     {EOVERFLOW, "Value too large"},
		     {EILSEQ, "Illegal byte sequence"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].number == error)
			return (char *)names[i].text;
	return (char *)"Unknown error";
}
