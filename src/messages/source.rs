//! What is said about export files.

super::messages! {
    /// Faults of export files before anything in them is understood.
    pub enum SourceFault {
        /// Nothing in the file.
        Empty Data,
            "the file is empty", "tệp không có nội dung",
            hint "export it again", "hãy xuất lại tệp";
        /// A folder instead of a file.
        Folder Data,
            "this is a folder, not an export", "đây là thư mục, không phải tệp đã xuất",
            hint "name the files in it", "hãy nêu tên các tệp trong thư mục";
        /// A password.
        Encrypted Data,
            "the file is protected by a password", "tệp có mật khẩu bảo vệ",
            hint "open it, save it without the password, and import that copy",
                 "hãy mở tệp, lưu lại không có mật khẩu rồi nhập bản đó";
        /// The right kind of file, but broken.
        Damaged Data,
            "the file is damaged or not what it seems to be", "tệp bị hỏng hoặc không đúng định dạng",
            hint "open it in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// No format that can be read.
        UnknownFormat Data,
            "the file is not in a format that can be read", "tệp không thuộc định dạng đọc được",
            hint "XLSX, XLSM, XLSB, XLS, ODS, HTML tables, XML spreadsheets and delimited text (CSV) can be read, also in ZIP or GZIP",
                 "đọc được XLSX, XLSM, XLSB, XLS, ODS, bảng HTML, bảng tính XML và văn bản phân cách (CSV), kể cả nén ZIP hoặc GZIP";
        /// A workbook of Excel 2 to 4.
        OldWorkbook Data,
            "this is a workbook of Excel 4 or older", "đây là sổ tính của Excel 4 hoặc cũ hơn",
            hint "open it in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// A document of a word processor.
        TextDocument Data,
            "this is a text document, not a spreadsheet", "đây là văn bản, không phải bảng tính",
            hint "copy its table into a spreadsheet and save that as XLSX",
                 "hãy chép bảng trong đó sang bảng tính và lưu dạng XLSX";
        /// A PDF.
        Pdf Data,
            "this is a PDF, not a spreadsheet", "đây là tệp PDF, không phải bảng tính",
            hint "ask for the spreadsheet that it was printed from", "hãy xin bảng tính gốc đã in ra tệp này";
        /// A picture.
        Image Data,
            "this is a picture, not a spreadsheet", "đây là hình ảnh, không phải bảng tính",
            hint "ask for the spreadsheet that it shows", "hãy xin bảng tính gốc";
        /// A presentation.
        Presentation Data,
            "this is a presentation, not a spreadsheet", "đây là bài trình chiếu, không phải bảng tính",
            hint "ask for the spreadsheet that it was made from", "hãy xin bảng tính gốc";
        /// An archive that is not unpacked.
        OtherArchive { kind: String } Data,
            "this is an archive ({kind}) that is not unpacked", "đây là tệp nén ({kind}) không được hỗ trợ",
            hint "unpack it, or pack it as ZIP", "hãy giải nén, hoặc nén lại dạng ZIP";
        /// An archive within an archive.
        NestedArchive Data,
            "there is an archive inside the archive", "có tệp nén nằm trong tệp nén",
            hint "unpack it and name the files in it", "hãy giải nén và nêu tên các tệp bên trong";
        /// A file that is larger than what is read.
        FileTooLarge { megabytes: u64 } Data,
            "the file is larger than {megabytes} MiB", "tệp lớn hơn {megabytes} MiB",
            hint "export the table as CSV, or in several parts", "hãy xuất bảng dạng CSV, hoặc chia thành nhiều phần";
        /// A container that unpacks to more than is read.
        UnpacksTooLarge { megabytes: u64 } Data,
            "the file unpacks to more than {megabytes} MiB", "tệp giải nén ra hơn {megabytes} MiB",
            hint "export the table as CSV, or in several parts", "hãy xuất bảng dạng CSV, hoặc chia thành nhiều phần";
        /// An entry that unpacks to a size no table has.
        PackedTooTight { entry: String, ratio: u64 } Data,
            "`{entry}` unpacks to more than {ratio} times its size, as only a trap does",
            "`{entry}` giải nén ra hơn {ratio} lần kích thước, dấu hiệu của tệp bẫy",
            hint "open the file in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// Too many entries in a container.
        TooManyEntries { limit: usize } Data,
            "the container holds more than {limit} entries", "tệp nén có hơn {limit} mục",
            hint "keep only the exports in it", "hãy chỉ giữ lại các tệp đã xuất";
        /// Entries that stand on each other.
        TrickedEntries Data,
            "entries of the container repeat a name or share their bytes", "các mục trong tệp nén trùng tên hoặc chồng lên nhau",
            hint "open the file in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// Too many sheets.
        TooManySheets { limit: usize } Data,
            "the workbook has more than {limit} sheets", "sổ tính có hơn {limit} trang tính",
            hint "keep only the sheets with the table", "hãy chỉ giữ lại các trang có bảng";
        /// Too many cells.
        TooManyCells { limit: usize } Data,
            "the sheets take more than {limit} cells", "các trang tính chiếm hơn {limit} ô",
            hint "delete what stands far from the table, or export it as CSV",
                 "hãy xoá nội dung nằm xa bảng, hoặc xuất dạng CSV";
        /// Too many merged regions.
        TooManyMerges { limit: usize } Data,
            "a sheet has more than {limit} merged regions", "một trang tính có hơn {limit} vùng gộp ô",
            hint "undo the merging in the rows of data", "hãy bỏ gộp ô ở các dòng số liệu";
        /// Too much text.
        TooMuchText { megabytes: usize } Data,
            "the cells hold more than {megabytes} MiB of text", "các ô chứa hơn {megabytes} MiB văn bản",
            hint "export the table as CSV", "hãy xuất bảng dạng CSV";
        /// One token that would fill the memory.
        LongToken { megabytes: usize } Data,
            "a single piece of the file is longer than {megabytes} MiB", "một đoạn trong tệp dài hơn {megabytes} MiB",
            hint "open the file in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// A line that no table has.
        LongLine { line: usize, megabytes: usize } Data,
            "line {line} is longer than {megabytes} MiB", "dòng {line} dài hơn {megabytes} MiB",
            hint "check that the file is a table with one row per line",
                 "hãy kiểm tra tệp có phải là bảng, mỗi dòng một hàng";
        /// More columns than any sheet has.
        TooManyColumns { limit: usize } Data,
            "there are more than {limit} columns", "có hơn {limit} cột",
            hint "delete what stands to the right of the table", "hãy xoá nội dung ở bên phải bảng";
        /// NUL in a text.
        NulByte { line: usize } Data,
            "line {line} holds a NUL character, which no text has", "dòng {line} có ký tự NUL, văn bản không thể có",
            hint "the file is binary or was cut; export it again", "tệp là nhị phân hoặc bị cắt; hãy xuất lại";
        /// Elements within elements without end.
        TooDeep { limit: usize } Data,
            "elements are nested more than {limit} deep", "các phần tử lồng nhau hơn {limit} cấp",
            hint "open the file in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// A declaration of entities.
        Doctype Data,
            "the file declares a document type, which can hide entities; no spreadsheet program writes that",
            "tệp có khai báo kiểu tài liệu, có thể giấu thực thể; phần mềm bảng tính không ghi như vậy",
            hint "open it in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// An address that no sheet has.
        OutsideSheet { address: String } Data,
            "a cell stands at {address}, outside of any sheet", "có ô ở {address}, nằm ngoài trang tính",
            hint "open the file in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// Two cells at one address.
        CellTwice { address: String } Data,
            "cell {address} stands there twice", "ô {address} xuất hiện hai lần",
            hint "open the file in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// A quote that is not closed.
        OpenQuote { line: usize } Data,
            "the quote that opens in line {line} is not closed there, and would swallow the rows after it",
            "dấu ngoặc kép mở ở dòng {line} không được đóng, sẽ nuốt mất các dòng sau",
            hint "close or remove the quote, or export the table again as XLSX",
                 "hãy đóng hoặc xoá dấu ngoặc kép, hoặc xuất lại bảng dạng XLSX";
        /// A file that somebody saved while it was read.
        Changed Data,
            "the file was changed while it was read", "tệp bị thay đổi trong lúc đọc",
            hint "close it in the other program and try again", "hãy đóng tệp ở chương trình kia rồi thử lại";
        /// An encoding label that does not exist.
        UnknownEncoding { label: String, known: String } Usage,
            "there is no encoding `{label}`", "không có bảng mã `{label}`",
            hint "known are {known}", "các bảng mã gồm {known}";
        /// Several encodings fit, or none.
        UnclearEncoding { candidates: String } Data,
            "the encoding of the text cannot be told; it may be {candidates}",
            "không xác định được bảng mã của văn bản; có thể là {candidates}",
            hint "name it with `--encoding`", "hãy chỉ ra bằng `--encoding`";
        /// Bytes that do not fit the encoding.
        Undecodable { encoding: String, line: usize } Data,
            "line {line} holds bytes that are not {encoding}", "dòng {line} có byte không thuộc bảng mã {encoding}",
            hint "name the right one with `--encoding`", "hãy chỉ ra bảng mã đúng bằng `--encoding`";
    }
}
