//! Turns the errors of the operating system into the user's language.

use std::io::ErrorKind;

use super::Lang;

/// Says the cause of an error in the user's language where the operating system's own words are not.
pub(super) fn describe_cause(cause: &(dyn std::error::Error + Send + Sync + 'static), lang: Lang) -> String {
    let kind = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    match (lang, kind) {
        (Lang::Vi, Some(kind)) => describe_io(kind).map_or_else(|| cause.to_string(), str::to_owned),
        _ => cause.to_string(),
    }
}

fn describe_io(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "không có tệp hoặc thư mục này",
        ErrorKind::PermissionDenied => "không có quyền truy cập",
        ErrorKind::AlreadyExists => "đã có tệp hoặc thư mục cùng tên",
        ErrorKind::StorageFull => "ổ đĩa đã đầy",
        ErrorKind::QuotaExceeded => "đã hết hạn mức dung lượng",
        ErrorKind::ReadOnlyFilesystem => "ổ đĩa chỉ cho phép đọc",
        ErrorKind::IsADirectory => "đây là thư mục, không phải tệp",
        ErrorKind::NotADirectory => "một phần của đường dẫn không phải thư mục",
        ErrorKind::InvalidFilename => "tên tệp không hợp lệ",
        ErrorKind::FileTooLarge => "tệp quá lớn",
        ErrorKind::UnexpectedEof => "tệp kết thúc giữa chừng",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_of_the_operating_system_follow_the_language() {
        let cause = std::io::Error::from_raw_os_error(2);
        assert_eq!(describe_cause(&cause, Lang::Vi), "không có tệp hoặc thư mục này");
        assert_eq!(describe_cause(&cause, Lang::En), cause.to_string());
        let other = std::io::Error::other("lạ");
        assert_eq!(describe_cause(&other, Lang::Vi), "lạ");
    }
}
